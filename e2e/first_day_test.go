package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Mutations that no screen of the apps needs under one name.
const (
	verifyEmail  = `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { viewer { emailVerified } userErrors { code } } }`
	unfollow     = `mutation ($input: UnfollowInput!) { unfollow(input: $input) { user { viewerFollows followerCount } userErrors { code } } }`
	deleteStyle  = `mutation ($input: DeleteStyleInput!) { deleteStyle(input: $input) { deletedStyleId userErrors { code } } }`
	registerPush = `mutation ($input: RegisterDeviceInput!) { registerDevice(input: $input) { device { id } userErrors { code } } }`
	unread       = `{ viewer { unreadNotificationCount notifications { nodes { kind message subject { __typename ... on Style { id } } } } } }`
)

// TestFirstDay is a phone's first day: from signing up to everything being deleted again.
func TestFirstDay(t *testing.T) { //nolint:tparallel // a day goes on in its order
	t.Parallel()
	s := Start(t, Options{})
	d := &firstDay{Stack: s, minji: s.SignUp(t, "minji", "locale", "ko", "displayName", "민지"), sora: s.SignUp(t, "sora", "locale", "en", "displayName", "Sora")}
	_ = t.Run("addresses are verified by the mailed link", d.verify) &&
		t.Run("a photo goes up and becomes four renditions", d.upload) &&
		t.Run("a style reaches the follower's feed", d.publish) &&
		t.Run("likes and comments are counted and shown", d.react) &&
		t.Run("the author is told in the app, by push and by mail", d.notified) &&
		t.Run("comments are paged through in both directions", d.page) &&
		t.Run("one click ends the mails", d.unsubscribe) &&
		t.Run("what is deleted is gone everywhere", d.remove)
}

type firstDay struct {
	*Stack
	minji, sora *Person
	style       string
	photos      []string
}

func (d *firstDay) verify(t *testing.T) {
	for person, words := range map[*Person]string{d.minji: "이메일 주소를 확인해 주세요", d.sora: "Confirm your e-mail address"} {
		m := d.Mail(t, person.Email, words)
		if m.ListUnsubscribe != "" {
			t.Errorf("a mail about the account offers to unsubscribe: %s", m.Header())
		}
		link := d.Link(t, m, "/verify-email?")
		token := tokenOf(t, link)
		// A mail program that looks ahead changes nothing.
		page := Send(t, http.MethodGet, link, nil, "Accept-Language: ko")
		if page.Status != http.StatusOK || !strings.Contains(string(page.Body), "<form") || verified(t, person) {
			t.Fatalf("status %d, verified %t: %s", page.Status, verified(t, person), page.Body)
		}
		if person == d.minji { // by the button of the page
			page = Send(t, http.MethodPost, link, []byte("token="+url.QueryEscape(token)), "Content-Type: application/x-www-form-urlencoded")
			if page.Status != http.StatusOK {
				t.Fatalf("status %d: %s", page.Status, page.Body)
			}
		} else { // by the app
			person.Do(t, verifyEmail, Vars{"input": Vars{"token": token}}).OK(t)
		}
		if !verified(t, person) {
			t.Error("not verified")
		}
		person.Do(t, verifyEmail, Vars{"input": Vars{"token": token}}).Refused(t, "EXPIRED")
		if page = Send(t, http.MethodPost, link, nil); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the link works twice: status %d", page.Status)
		}
	}
}

func tokenOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("token") == "" {
		t.Fatalf("%v in %s", err, link)
	}
	return u.Query().Get("token")
}

func verified(t *testing.T, p *Person) bool {
	t.Helper()
	is, _ := p.Do(t, "Me", nil).OK(t).At("viewer.emailVerified").(bool)
	return is
}

func (d *firstDay) upload(t *testing.T) {
	d.photos = []string{d.minji.Upload(t, picture(t, 1600, 1200), "image/jpeg"), d.minji.Upload(t, picture(t, 90, 120), "image/jpeg")}
	photo := d.minji.Photo(t, d.photos[0]).OK(t)
	if photo.Text("node.state") != "READY" || photo.Number("node.width") != 1600 || photo.Text("node.blurhash") == "" || len(photo.Text("node.dominantColor")) != 7 {
		t.Errorf("got %s", photo.Body)
	}
	for size, want := range map[string]string{"thumb": "150×150", "small": "320×240", "medium": "640×480", "large": "1280×960"} {
		if got := dimensions(t, Send(t, http.MethodGet, photo.Text("node."+size), nil)); got != want {
			t.Errorf("%s is %s, want %s", size, got, want)
		}
	}
	small := d.minji.Photo(t, d.photos[1])
	if got := dimensions(t, Send(t, http.MethodGet, small.Text("node.large"), nil)); got != "90×120" {
		t.Errorf("a small photo was enlarged to %s", got)
	}
}

func (d *firstDay) publish(t *testing.T) {
	d.sora.Follow(t, d.minji)
	d.minji.Do(t, registerPush, Vars{"input": Vars{"platform": "IOS", "token": strings.Repeat("1f", 32)}}).OK(t)
	d.style = d.minji.Publish(t, "첫 룩 #데일리룩 @sora 🍂", d.photos...)
	WaitFor(t, "the style in the follower's feed", func() bool { return slices.Equal(d.sora.Feed(t), []string{d.style}) })
	home := d.sora.Do(t, "HomeFeed", nil).OK(t)
	if got := home.Each("viewer.feed.nodes.0.photos", "id"); !slices.Equal(got, d.photos) {
		t.Errorf("photos %v, want %v", got, d.photos)
	}
	if tag := d.Do(t, "", "TagPage", Vars{"name": "데일리룩"}).OK(t); !slices.Equal(tag.Each("tag.styles.nodes", "id"), []string{d.style}) {
		t.Errorf("the page of the tag: %s", tag.Body)
	}
	if discover := d.Do(t, "", "Discover", nil).OK(t); !slices.Contains(discover.Each("discover.nodes", "id"), d.style) {
		t.Errorf("discover: %s", discover.Body)
	}
	WaitFor(t, "sora to be told that she was mentioned", func() bool {
		return slices.Contains(d.sora.Do(t, unread, nil).Each("viewer.notifications.nodes", "kind"), "MENTIONED")
	})
	d.Mail(t, d.sora.Email, "민지 mentioned you")
}

func (d *firstDay) react(t *testing.T) {
	for range 2 { // the second like changes nothing
		like := d.sora.Do(t, "Like", Vars{"input": Vars{"styleId": d.style}}).OK(t)
		if like.Number("likeStyle.style.likeCount") != 1 {
			t.Errorf("got %s", like.Body)
		}
	}
	comment := d.sora.Do(t, "Comment", Vars{"input": Vars{"styleId": d.style, "body": "@minji where is the coat from?"}}).OK(t)
	if comment.Number("addComment.style.commentCount") != 1 {
		t.Errorf("got %s", comment.Body)
	}
	likers := d.minji.Do(t, `query ($id: ID!) { style(id: $id) { likers { nodes { username } } comments { nodes { body mentions { username } } } } }`, Vars{"id": d.style}).OK(t)
	if got := likers.Each("style.likers.nodes", "username"); !slices.Equal(got, []string{"sora"}) {
		t.Errorf("likers %v", got)
	}
	if got := likers.Each("style.comments.nodes.0.mentions", "username"); !slices.Equal(got, []string{"minji"}) {
		t.Errorf("mentions %v", got)
	}
}

func (d *firstDay) notified(t *testing.T) {
	var told Answer
	WaitFor(t, "minji to be told of all", func() bool {
		told = d.minji.Do(t, unread, nil, "Accept-Language: ko")
		return told.Number("viewer.unreadNotificationCount") >= 3
	})
	for kind, want := range map[string]string{"FOLLOWED": "Sora님이 회원님을 팔로우해요", "STYLE_LIKED": "Sora님이 회원님의 스타일을 좋아해요", "STYLE_COMMENTED": "Sora님이 회원님의 스타일에 댓글을 남겼어요"} {
		i := slices.Index(told.Each("viewer.notifications.nodes", "kind"), kind)
		if got := told.Text(fmt.Sprintf("viewer.notifications.nodes.%d.message", i)); got != want {
			t.Errorf("%s says %q, want %q", kind, got, want)
		}
	}
	m := d.Mail(t, d.minji.Email, "Sora님이 회원님의 스타일에 댓글을 남겼어요")
	if !strings.Contains(m.ListUnsubscribe, publicURL+"/unsubscribe?") || !strings.Contains(m.Header(), "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
		t.Errorf("the mail cannot be ended by one click:\n%s", m.Header())
	}
	WaitFor(t, "the push to be logged", func() bool {
		return strings.Contains(d.Worker.Log(), `"msg":"push notification not sent: no credentials","platform":"IOS","kind":"STYLE_LIKED"`)
	})
	for _, p := range append(d.Servers, d.Worker) {
		for _, private := range []string{"sora@example.com", "minji@example.com", password, strings.Repeat("1f", 32), d.minji.Token, d.minji.RefreshToken, "where is the coat"} {
			if strings.Contains(p.Log(), private) {
				t.Errorf("the log of %s holds %q", p.command, private)
			}
		}
	}
	read := d.minji.Do(t, `mutation { markNotificationsRead(input: {}) { unreadNotificationCount userErrors { code } } }`, nil).OK(t)
	if read.Number("markNotificationsRead.unreadNotificationCount") != 0 {
		t.Errorf("got %s", read.Body)
	}
}

// page walks through 26 comments from both ends; a comment that comes meanwhile moves nothing.
func (d *firstDay) page(t *testing.T) {
	for n := range 25 {
		d.sora.Do(t, "Comment", Vars{"input": Vars{"styleId": d.style, "body": fmt.Sprint("comment ", n)}}).OK(t)
	}
	forward := d.walk(t, func(p Answer) Vars { return Vars{"first": 7, "after": p.At("style.comments.pageInfo.endCursor")} }, "hasNextPage")
	backward := d.walk(t, func(p Answer) Vars { return Vars{"last": 7, "before": p.At("style.comments.pageInfo.startCursor")} }, "hasPreviousPage")
	// A page stands in the order of the list, whichever way it was reached.
	var all []string
	for _, page := range slices.Backward(backward) {
		all = append(all, page...)
	}
	if flat := slices.Concat(forward...); !slices.Equal(flat, all) || len(flat) != 26 || flat[0] != "comment 24" {
		t.Errorf("forward %v\nbackward %v", forward, backward)
	}
}

func (d *firstDay) walk(t *testing.T, next func(Answer) Vars, more string) (pages [][]string) {
	t.Helper()
	var answer Answer
	for {
		variables := next(answer)
		variables["id"] = d.style
		answer = d.minji.Do(t, `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { style(id: $id) {
			comments(first: $first, after: $after, last: $last, before: $before) { nodes { body } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`, variables).OK(t)
		pages = append(pages, answer.Each("style.comments.nodes", "body"))
		if is, _ := answer.At("style.comments.pageInfo." + more).(bool); !is || len(pages) > 10 {
			return pages
		}
	}
}

func (d *firstDay) unsubscribe(t *testing.T) {
	m := d.Mail(t, d.minji.Email, "Sora님이 회원님의 스타일에 댓글을 남겼어요")
	path, _ := strings.CutPrefix(strings.Trim(m.ListUnsubscribe, "<>"), publicURL)
	link := d.Servers[0].URL + path
	ended := func() bool {
		return d.Number(t, `select count(*) from accounts where email = 'minji@example.com' and mail_unsubscribed_at is not null`) == 1
	}
	if page := Send(t, http.MethodGet, link, nil); page.Status != http.StatusOK || ended() {
		t.Fatalf("status %d; looking at the page unsubscribes: %t", page.Status, ended())
	}
	forged := strings.Replace(link, "signature=", "signature=A", 1)
	if page := Send(t, http.MethodPost, forged, nil); page.Status != http.StatusUnprocessableEntity || ended() {
		t.Fatalf("status %d; a forged link unsubscribes: %t", page.Status, ended())
	}
	oneClick := Send(t, http.MethodPost, link, []byte("List-Unsubscribe=One-Click"), "Content-Type: application/x-www-form-urlencoded")
	if oneClick.Status != http.StatusOK || !ended() {
		t.Fatalf("status %d, ended %t: %s", oneClick.Status, ended(), oneClick.Body)
	}
}

func (d *firstDay) remove(t *testing.T) {
	d.sora.Do(t, unfollow, Vars{"input": Vars{"userId": d.minji.ID}}).OK(t)
	if feed := d.sora.Feed(t); len(feed) != 0 {
		t.Errorf("the feed after the end of the follow: %v", feed)
	}
	d.sora.Follow(t, d.minji) // fills the feed with what is there
	if feed := d.sora.Feed(t); !slices.Equal(feed, []string{d.style}) {
		t.Errorf("the feed after following again: %v", feed)
	}
	picture := d.minji.Photo(t, d.photos[0]).Text("node.medium")
	d.minji.Do(t, deleteStyle, Vars{"input": Vars{"styleId": d.style}}).OK(t)
	for who, ask := range map[string]func() []string{
		"the feed": func() []string { return d.sora.Feed(t) },
		"the profile": func() []string {
			return d.sora.Do(t, "Profile", Vars{"username": "minji"}).OK(t).Each("user.styles.nodes", "id")
		},
		"the tag": func() []string {
			return d.Do(t, "", "TagPage", Vars{"name": "데일리룩"}).OK(t).Each("tag.styles.nodes", "id")
		},
		"discover": func() []string { return d.Do(t, "", "Discover", nil).OK(t).Each("discover.nodes", "id") },
	} {
		if left := ask(); len(left) != 0 {
			t.Errorf("%s still has %v", who, left)
		}
	}
	if a := d.sora.Do(t, "StyleDetail", Vars{"id": d.style}).OK(t); a.At("style") != nil {
		t.Errorf("got %s", a.Body)
	}
	if n := d.sora.Do(t, "Profile", Vars{"username": "minji"}).Number("user.styleCount"); n != 0 {
		t.Errorf("styleCount %d", n)
	}
	WaitFor(t, "the picture to be gone from the store", func() bool { return Send(t, http.MethodGet, picture, nil).Status == http.StatusNotFound })
	WaitFor(t, "the notifications about it to be gone", func() bool {
		return !slices.Contains(d.minji.Do(t, unread, nil).Each("viewer.notifications.nodes", "kind"), "STYLE_LIKED")
	})
}
