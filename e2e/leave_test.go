package e2e

import (
	"bytes"
	"net/http"
	"testing"
	"time"
)

const deleteAccount = `mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { erasedAt userErrors { field code } } }`

// TestLeaving leaves, comes back, leaves again, and is erased.
func TestLeaving(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	mina, jiho := s.SignUp(t, "mina", "locale", "en"), s.SignUp(t, "jiho")
	style := mina.Publish(t, "my coat #coat", mina.Upload(t, picture(t, 40, 60), "image/jpeg"))
	mina.Published(t, style)
	url := s.Do(t, mina.Token, `query ($id: ID!) { style(id: $id) { photos { url } } }`, Vars{"id": style}).OK(t).Text("style.photos.0.url")
	if a := Send(t, http.MethodGet, url, nil); a.Status != http.StatusOK {
		t.Fatalf("no picture: %d", a.Status)
	}
	jiho.Do(t, "Like", Vars{"input": Vars{"styleId": style}}).OK(t)
	mina.Follow(t, jiho)
	styleIs := func(there bool) {
		t.Helper()
		for name, query := range map[string]string{
			"style": `query ($id: ID!) { x: style(id: $id) { id } }`, "node": `query ($id: ID!) { x: node(id: $id) { id } }`,
		} {
			if a := s.Do(t, jiho.Token, query, Vars{"id": style}).OK(t); (a.At("x") != nil) != there {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		if a := s.Do(t, jiho.Token, `{ user(username: "mina") { id } }`, nil).OK(t); (a.At("user") != nil) != there {
			t.Errorf("user: %s", a.Body)
		}
	}
	styleIs(true)
	input := Vars{"input": Vars{"password": password, "clientMutationId": "leave"}}
	first := mina.Do(t, deleteAccount, input).OK(t)
	if at, err := time.Parse(time.RFC3339, first.Text("deleteAccount.erasedAt")); err != nil || time.Until(at) < 29*24*time.Hour {
		t.Errorf("got %s", first.Body)
	}
	styleIs(false)
	mina.Do(t, "Me", nil).Refused(t, "UNAUTHENTICATED")
	// The phone that lost the answer asks again, with a token that is refused by now.
	if again := mina.Do(t, deleteAccount, input).OK(t); !bytes.Equal(again.Body, first.Body) {
		t.Errorf("again %s; the first time %s", again.Body, first.Body)
	}
	mina.Do(t, deleteAccount, Vars{"input": Vars{"password": password, "clientMutationId": "other"}}).Refused(t, "UNAUTHENTICATED")
	s.Mail(t, mina.Email, "will be erased")
	back := mina.SignIn(t)
	styleIs(true)
	s.Mail(t, mina.Email, "Welcome back")
	back.Do(t, deleteAccount, Vars{"input": Vars{"password": password}}).OK(t)
	s.Exec(t, `update users set deleted_at = deleted_at - interval '31 days' where username = 'mina'`)
	s.Exec(t, `update outbox set available_at = now() where kind = 'person.erase'`)
	WaitFor(t, "mina to be erased", func() bool { return s.Number(t, `select count(*) from users where username = 'mina'`) == 0 })
	s.Settle(t)
	styleIs(false)
	if a := s.Do(t, jiho.Token, `{ viewer { user { followerCount } } }`, nil).OK(t); a.Number("viewer.user.followerCount") != 0 {
		t.Errorf("got %s", a.Body)
	}
	if a := Send(t, http.MethodGet, url, nil); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
		t.Errorf("the picture is still there: %d", a.Status)
	}
	s.SignUp(t, "mina") // the name and the address are free
}
