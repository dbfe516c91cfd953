package e2e

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"styleshare/internal/oidc/oidctest"
	"styleshare/internal/relay"
	"styleshare/models"
)

// maker makes what samples need, in the database where the API would take longer.
type maker struct {
	stack    *Stack
	db       *models.DB
	provider *oidctest.Provider
	people   int
}

func newMaker(t *testing.T, s *Stack, provider *oidctest.Provider) *maker {
	t.Helper()
	db, err := models.Open(s.DatabaseURL, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &maker{stack: s, db: db, provider: provider}
}

func (m *maker) person(t *testing.T) *Person {
	t.Helper()
	m.people++
	return m.stack.SignUp(t, fmt.Sprintf("person%d", m.people))
}

func idOf(t *testing.T, global string) int64 {
	t.Helper()
	_, id, err := relay.ParseID(global)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func by(t *testing.T, p *Person) models.Attempt {
	t.Helper()
	return models.Attempt{UserID: idOf(t, p.ID)}
}

// anonymous is the person's phone without a session.
func anonymous(p *Person) *Person {
	phone := *p
	phone.Token = ""
	return &phone
}

func made[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (m *maker) photo(t *testing.T, p *Person) int64 {
	t.Helper()
	id := made(m.db.CreatePhoto(t.Context(), by(t, p), "image/jpeg", 100))(t)
	err := m.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		_, err := tx.PhotoReady(ctx, id, models.PhotoResult{Width: 3, Height: 4, Blurhash: "x", DominantColor: "#123456"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// style is a published one, and the photo in it.
func (m *maker) style(t *testing.T, p *Person) (style, photo string, id int64) {
	t.Helper()
	picture := m.photo(t, p)
	id = made(m.db.PublishStyle(t.Context(), by(t, p), models.StyleInput{PhotoIDs: []int64{picture}, Caption: "look"}))(t)
	return relay.ID("Style", id), relay.ID("Photo", picture), id
}

func (m *maker) mailed(t *testing.T, p *Person, purpose models.TokenPurpose) string {
	t.Helper()
	account := made(m.db.Account(t.Context(), idOf(t, p.ID)))(t)
	return made(m.db.NewMailedToken(t.Context(), account, purpose, models.ResetPasswordTTL))(t)
}

// with is the input with another value.
func with(input Vars, name string, value any) func(Answer) Vars {
	return func(Answer) Vars {
		other := maps.Clone(input)
		other[name] = value
		return other
	}
}

// aboutPerson is for what somebody does to another; another input is about a third.
func aboutPerson(before func(*testing.T, *maker, *Person, *Person)) func(*testing.T, *maker) sample {
	return func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q, r := m.person(t), m.person(t), m.person(t)
		if before != nil {
			before(t, m, p, q)
		}
		input := Vars{"userId": q.ID}
		return sample{by: p, input: input, other: with(input, "userId", r.ID)}
	}
}

// aboutStyle is for what somebody does to a style of another, with more in the input.
func aboutStyle(more Vars, before func(t *testing.T, m *maker, p *Person, style int64)) func(*testing.T, *maker) sample {
	return func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		style, _, id := m.style(t, q)
		another, _, _ := m.style(t, q)
		if before != nil {
			before(t, m, p, id)
		}
		input := Vars{"styleId": style}
		maps.Copy(input, more)
		return sample{by: p, input: input, other: with(input, "styleId", another)}
	}
}

// aboutCollection is for what somebody does to a collection of theirs.
func aboutCollection(more Vars) func(*testing.T, *maker) sample {
	return func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		var ids []string
		for range 2 {
			ids = append(ids, relay.ID("Collection", made(m.db.CreateCollection(t.Context(), by(t, p), "kept", false))(t)))
		}
		input := Vars{"collectionId": ids[0]}
		maps.Copy(input, more)
		return sample{by: p, input: input, other: with(input, "collectionId", ids[1])}
	}
}

var samples = map[string]func(*testing.T, *maker) sample{}

func init() {
	maps.Copy(samples, accountSamples)
	maps.Copy(samples, contentSamples)
}

// accountSamples are about accounts and people.
var accountSamples = map[string]func(*testing.T, *maker) sample{
	"signUp": func(t *testing.T, m *maker) sample {
		t.Helper()
		m.people++
		name := fmt.Sprintf("newcomer%d", m.people)
		p := anonymous(m.person(t))
		input := Vars{"username": name, "email": name + "@example.com", "password": password}
		return sample{by: p, input: input, other: with(input, "username", name+"x")}
	},
	"signIn": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		input := Vars{"login": p.Name, "password": password}
		return sample{by: anonymous(p), input: input, other: with(input, "login", p.Email)}
	},
	"signInWithIdToken": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		claims := oidctest.Claims{"sub": p.Name, "email": "token." + p.Email, "email_verified": true}
		input := Vars{"issuer": m.provider.URL, "idToken": m.provider.Token(t, oidctest.Web, "", claims)}
		other := with(input, "idToken", m.provider.Token(t, oidctest.Web, "n", claims))
		return sample{by: anonymous(p), input: input, other: func(a Answer) Vars { return with(other(a), "nonce", "n")(a) }}
	},
	"refreshSession": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		return sample{by: anonymous(p), input: Vars{"refreshToken": p.RefreshToken},
			other: func(first Answer) Vars { return Vars{"refreshToken": first.Text("refreshSession.refreshToken")} }}
	},
	"signOut": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		return sample{by: p, input: Vars{}, other: func(Answer) Vars { return Vars{} }, otherBy: p.SignIn(t)}
	},
	"revokeSession": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		p.SignIn(t)
		ids := p.Do(t, sessions, nil).OK(t).Each("viewer.sessions", "id")
		input := Vars{"sessionId": ids[0]}
		return sample{by: p, input: input, other: with(input, "sessionId", ids[1])}
	},
	"verifyEmail": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		input := Vars{"token": m.mailed(t, p, models.VerifyEmailToken)}
		return sample{by: anonymous(p), input: input, other: with(input, "token", m.mailed(t, p, models.VerifyEmailToken))}
	},
	"requestPasswordReset": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		return sample{by: anonymous(p), input: Vars{"email": p.Email}}
	},
	"resetPassword": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		input := Vars{"token": m.mailed(t, p, models.ResetPasswordToken), "newPassword": "corduroy-trousers-85"}
		return sample{by: anonymous(p), input: input, other: with(input, "newPassword", "corduroy-trousers-86")}
	},
	"changePassword": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"currentPassword": password, "newPassword": "corduroy-trousers-85"}
		return sample{by: m.person(t), input: input, other: with(input, "newPassword", "corduroy-trousers-86")}
	},
	"updateProfile": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"bio": "hello"}
		return sample{by: m.person(t), input: input, other: with(input, "bio", "bye")}
	},
	"deleteAccount": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"password": password}
		return sample{by: m.person(t), input: input, other: with(input, "password", "another")}
	},
	"exportData": func(t *testing.T, m *maker) sample {
		t.Helper()
		return sample{by: m.person(t), input: Vars{}}
	},
	"follow": aboutPerson(nil),
	"unfollow": aboutPerson(func(t *testing.T, m *maker, p, q *Person) {
		t.Helper()
		made(m.db.Follow(t.Context(), by(t, p), idOf(t, q.ID)))(t)
	}),
	"block": aboutPerson(nil),
	"unblock": aboutPerson(func(t *testing.T, m *maker, p, q *Person) {
		t.Helper()
		made(m.db.Block(t.Context(), by(t, p), idOf(t, q.ID)))(t)
	}),
	"mute": aboutPerson(nil),
	"unmute": aboutPerson(func(t *testing.T, m *maker, p, q *Person) {
		t.Helper()
		made(m.db.Mute(t.Context(), by(t, p), idOf(t, q.ID)))(t)
	}),
	"answerFollowRequest": func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		private := true
		if err := m.db.UpdateProfile(t.Context(), by(t, p), models.ProfileChange{IsPrivate: &private}); err != nil {
			t.Fatal(err)
		}
		made(m.db.Follow(t.Context(), by(t, q), idOf(t, p.ID)))(t)
		input := Vars{"userId": q.ID, "accept": true}
		return sample{by: p, input: input, other: with(input, "accept", false)}
	},
	"registerDevice": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		input := Vars{"platform": "IOS", "token": fmt.Sprintf("%064x", m.people)}
		return sample{by: p, input: input, other: with(input, "name", "tablet")}
	},
	"unregisterDevice": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		id := made(m.db.RegisterDevice(t.Context(), by(t, p), models.IOS, fmt.Sprintf("%064x", 1<<20+m.people), ""))(t)
		input := Vars{"deviceId": relay.ID("Device", id)}
		return sample{by: p, input: input, other: with(input, "deviceId", relay.ID("Device", id+1))}
	},
	"markNotificationsRead": func(t *testing.T, m *maker) sample {
		t.Helper()
		return sample{by: m.person(t), input: Vars{}, other: func(Answer) Vars { return Vars{"notificationIds": []string{relay.ID("Notification", 1)}} }}
	},
	"updateNotificationPreferences": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"preferences": []Vars{{"kind": "STYLE_LIKED", "channels": []string{"IN_APP"}}}}
		return sample{by: m.person(t), input: input, other: with(input, "preferences", []Vars{})}
	},
	"report": func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		input := Vars{"subjectId": q.ID, "reason": "SPAM"}
		return sample{by: p, input: input, other: with(input, "reason", "OTHER")}
	},
	"resolveReport": func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		m.stack.Exec(t, `insert into roles (user_id, role, granted_at) values ($1, 'MODERATOR', now())`, idOf(t, p.ID))
		a := q.Do(t, `mutation ($input: ReportInput!) { report(input: $input) { reportId userErrors { code } } }`,
			Vars{"input": Vars{"subjectId": m.person(t).ID, "reason": "SPAM"}}).OK(t)
		input := Vars{"reportId": a.Text("report.reportId"), "action": "DISMISS"}
		return sample{by: p, input: input, other: with(input, "note", "spam it is not")}
	},
}

// contentSamples are about what people make and do to it.
var contentSamples = map[string]func(*testing.T, *maker) sample{
	"createUpload": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"contentType": "image/jpeg", "byteSize": 100}
		return sample{by: m.person(t), input: input, other: with(input, "byteSize", 200)}
	},
	"completeUpload": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		id, _ := p.StartUpload(t, picture(t, 8, 8), "image/jpeg")
		input := Vars{"photoId": id}
		return sample{by: p, input: input, other: with(input, "photoId", relay.ID("Photo", m.photo(t, p)))}
	},
	"publishStyle": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		input := Vars{"photoIds": []string{relay.ID("Photo", m.photo(t, p))}, "caption": "look"}
		return sample{by: p, input: input, other: with(input, "caption", "another")}
	},
	"updateStyle": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		style, _, _ := m.style(t, p)
		input := Vars{"styleId": style, "caption": "look again"}
		return sample{by: p, input: input, other: with(input, "caption", "another")}
	},
	"deleteStyle": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		style, _, _ := m.style(t, p)
		another, _, _ := m.style(t, p)
		input := Vars{"styleId": style}
		return sample{by: p, input: input, other: with(input, "styleId", another)}
	},
	"likeStyle":  aboutStyle(nil, nil),
	"addComment": aboutStyle(Vars{"body": "nice"}, nil),
	"unlikeStyle": aboutStyle(nil, func(t *testing.T, m *maker, p *Person, style int64) {
		t.Helper()
		made(m.db.LikeStyle(t.Context(), by(t, p), style))(t)
	}),
	"deleteComment": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		_, _, style := m.style(t, p)
		var ids []string
		for range 2 {
			ids = append(ids, relay.ID("Comment", made(m.db.AddComment(t.Context(), by(t, p), style, "x", 0))(t).CommentID))
		}
		input := Vars{"commentId": ids[0]}
		return sample{by: p, input: input, other: with(input, "commentId", ids[1])}
	},
	"requestItemInfo": aboutStyle(nil, nil),
	"answerItemInfo": func(t *testing.T, m *maker) sample {
		t.Helper()
		p := m.person(t)
		style, photo, _ := m.style(t, p)
		item := func(name string) []Vars { return []Vars{{"photoId": photo, "x": 0.5, "y": 0.5, "name": name}} }
		input := Vars{"styleId": style, "items": item("coat")}
		return sample{by: p, input: input, other: with(input, "items", item("hat"))}
	},
	"askQuestion": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"body": "which shoes?"}
		return sample{by: m.person(t), input: input, other: with(input, "body", "which hat?")}
	},
	"answerQuestion": func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		question := made(m.db.AskQuestion(t.Context(), by(t, q), models.QuestionInput{Body: "which shoes?"}))(t)
		input := Vars{"questionId": relay.ID("Question", question), "body": "these"}
		return sample{by: p, input: input, other: with(input, "body", "those")}
	},
	"acceptAnswer": func(t *testing.T, m *maker) sample {
		t.Helper()
		p, q := m.person(t), m.person(t)
		question := made(m.db.AskQuestion(t.Context(), by(t, p), models.QuestionInput{Body: "which shoes?"}))(t)
		var ids []string
		for _, body := range strings.Fields("these those") {
			ids = append(ids, relay.ID("Answer", made(m.db.AnswerQuestion(t.Context(), by(t, q), question, body, nil))(t)))
		}
		input := Vars{"answerId": ids[0]}
		return sample{by: p, input: input, other: with(input, "answerId", ids[1])}
	},
	"createCollection": func(t *testing.T, m *maker) sample {
		t.Helper()
		input := Vars{"name": "kept"}
		return sample{by: m.person(t), input: input, other: with(input, "name", "other")}
	},
	"updateCollection": aboutCollection(Vars{"name": "new name"}),
	"deleteCollection": aboutCollection(nil),
	"collectStyle":     aboutStyle(nil, nil),
	"uncollectStyle": aboutStyle(nil, func(t *testing.T, m *maker, p *Person, style int64) {
		t.Helper()
		made(m.db.CollectStyle(t.Context(), by(t, p), style, 0))(t)
	}),
}
