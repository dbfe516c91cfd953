package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func wrongPassword(login string) Vars {
	return Vars{"input": Vars{"login": login, "password": "not the password"}}
}

// limited fails the test unless an answer refuses for some time, and says for how long.
func limited(t *testing.T, a Answer) {
	t.Helper()
	a.Refused(t, "RATE_LIMITED")
	seconds, _ := a.Errors[0].Extensions["retryAfterSeconds"].(float64)
	header, err := strconv.Atoi(a.Header.Get("Retry-After"))
	if err != nil || seconds < 1 || seconds > 3600 || header < 1 {
		t.Errorf("Retry-After %q, retryAfterSeconds %v", a.Header.Get("Retry-After"), seconds)
	}
}

// TestGuessesAreLimited guesses passwords of one login from many addresses, and of many logins from one.
func TestGuessesAreLimited(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	minji := s.SignUp(t, "minji")
	t.Run("the eleventh wrong password of a login", func(t *testing.T) {
		t.Parallel()
		for n := range 10 {
			login := []string{"minji", "MINJI", " minji "}[n%3]
			s.Do(t, "", "SignIn", wrongPassword(login), fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", n+1)).Refused(t, "WRONG_CREDENTIALS")
		}
		limited(t, s.Do(t, "", "SignIn", wrongPassword("minji"), "X-Forwarded-For: 192.0.2.99"))
		// The right one has to wait, too, or a guess would be told from the rest.
		limited(t, s.Do(t, "", "SignIn", Vars{"input": Vars{"login": "minji", "password": password}}, "X-Forwarded-For: 192.0.2.99"))
		minji.Do(t, "Me", nil).OK(t)
	})
	t.Run("aliases are attempts", func(t *testing.T) {
		t.Parallel()
		var fields []string
		for n := range 20 { // the most root fields that one operation may have
			fields = append(fields, fmt.Sprintf(`a%d: signIn(input: {login: "sora", password: "guess %d"}) { userErrors { code } }`, n, n))
		}
		a := s.Do(t, "", "mutation { "+strings.Join(fields, "\n")+" }", nil, "X-Forwarded-For: 192.0.2.100")
		refused := 0
		for _, e := range a.Errors {
			if e.Extensions["code"] == "RATE_LIMITED" {
				refused++
			}
		}
		// The first refusal makes the whole answer null: signIn cannot be.
		if a.At("a0") != nil || refused == 0 {
			t.Errorf("%d of 20 were refused: %s", refused, a.Body)
		}
		limited(t, s.Do(t, "", "SignIn", wrongPassword("sora"), "X-Forwarded-For: 192.0.2.101"))
	})
	t.Run("mailed links of one address", func(t *testing.T) {
		t.Parallel()
		for range 3 {
			s.Do(t, "", requestReset, Vars{"input": Vars{"email": minji.Email}}, "X-Forwarded-For: 192.0.2.102").OK(t)
		}
		limited(t, s.Do(t, "", requestReset, Vars{"input": Vars{"email": minji.Email}}, "X-Forwarded-For: 192.0.2.103"))
	})
	t.Run("sign-ups from one address", func(t *testing.T) {
		t.Parallel()
		signUp := func(n int) Answer {
			return s.Do(t, "", "SignUp", Vars{"input": Vars{"username": "!", "email": fmt.Sprintf("n%d@example.com", n), "password": "x"}}, "X-Forwarded-For: 192.0.2.104")
		}
		for n := range 20 {
			signUp(n).Refused(t, "INVALID")
		}
		limited(t, signUp(20))
	})
	t.Run("made-up links on a page", func(t *testing.T) {
		t.Parallel()
		page := func() Answer {
			return Send(t, http.MethodPost, s.Servers[0].URL+"/verify-email?token=nonsense", nil, "X-Forwarded-For: 192.0.2.105")
		}
		for range 30 {
			if a := page(); a.Status != http.StatusUnprocessableEntity {
				t.Fatalf("status %d", a.Status)
			}
		}
		if a := page(); a.Status != http.StatusTooManyRequests {
			t.Errorf("status %d", a.Status)
		}
	})
}

// TestForwardedAddressesAreNotBelieved has no proxy in front: who sends X-Forwarded-For then is who guesses.
func TestForwardedAddressesAreNotBelieved(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true, Env: []string{"TRUSTED_PROXIES="}})
	ask := func(n int) Answer {
		return s.Do(t, "", "SignUp", Vars{"input": Vars{"username": "!", "email": fmt.Sprintf("n%d@example.com", n), "password": "x"}},
			fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", n), fmt.Sprintf("X-Real-Ip: 192.0.2.%d", n), fmt.Sprintf("Forwarded: for=192.0.2.%d", n))
	}
	for n := range 20 {
		ask(n).Refused(t, "INVALID")
	}
	limited(t, ask(20))
}

// TestNamesAreTakenOnce has many people sign up with one name, and like one style, at the same moment.
func TestNamesAreTakenOnce(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Servers: 2})
	const many = 6
	results := make(chan string, many)
	for n := range many {
		go func() {
			name := []string{"minji", "MinJi"}[n%2]
			a, err := s.Servers[n%2].Try(t.Context(), "", "SignUp", Vars{"input": Vars{"username": name, "email": fmt.Sprintf("minji%d@example.com", n), "password": password}})
			results <- a.Code() + fmt.Sprint(err)
		}()
	}
	counts := map[string]int{}
	for range many {
		counts[<-results]++
	}
	if counts["<nil>"] != 1 || counts["TAKEN<nil>"] != many-1 {
		t.Errorf("got %v", counts)
	}
	sora, hana := s.SignUp(t, "sora"), s.SignUp(t, "hana")
	style := sora.Publish(t, "look")
	sora.Published(t, style)
	for range many {
		go func() {
			a, err := s.Servers[1].Try(t.Context(), hana.Token, "Like", Vars{"input": Vars{"styleId": style}})
			results <- a.Code() + fmt.Sprint(err)
		}()
	}
	for range many {
		if got := <-results; got != "<nil>" {
			t.Errorf("a like: %s", got)
		}
	}
	s.Settle(t)
	a := sora.Do(t, `query ($id: ID!) { style(id: $id) { likeCount likers { nodes { id } } } viewer { notifications { nodes { kind actorCount } } } }`, Vars{"id": style}).OK(t)
	if a.Number("style.likeCount") != 1 || len(a.List("style.likers.nodes")) != 1 || len(a.List("viewer.notifications.nodes")) != 1 || a.Number("viewer.notifications.nodes.0.actorCount") != 1 {
		t.Errorf("got %s", a.Body)
	}
}

// TestRepeatedRequestsAreDoneOnce sends mutations again, as a phone does that lost an answer.
func TestRepeatedRequestsAreDoneOnce(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	minji, sora := s.SignUp(t, "minji"), s.SignUp(t, "sora")
	photo := minji.Upload(t, picture(t, 30, 40), "image/jpeg")
	publish := func(caption string) Answer {
		return minji.Do(t, "Publish", Vars{"input": Vars{"photoIds": []string{photo}, "caption": caption, "clientMutationId": "one"}})
	}
	first := publish("look").OK(t).Text("publishStyle.style.id")
	if again := publish("look").OK(t).Text("publishStyle.style.id"); again != first {
		t.Errorf("published %s and %s", first, again)
	}
	publish("another look").Refused(t, "IDEMPOTENCY_KEY_REUSED")
	minji.Published(t, first)
	comment := func(p *Person, key string) string {
		return p.Do(t, "Comment", Vars{"input": Vars{"styleId": first, "body": "nice", "clientMutationId": key}}).OK(t).Text("addComment.comment.id")
	}
	once := comment(sora, "k")
	if again := comment(sora, "k"); again != once {
		t.Error("commented twice")
	}
	if comment(minji, "k") == once {
		t.Error("a key is one person's own")
	}
	if n := minji.Do(t, "StyleDetail", Vars{"id": first}).Number("style.commentCount"); n != 2 {
		t.Errorf("%d comments", n)
	}
}
