package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// world is a small community that many cases look at and none changes.
type world struct {
	*Stack
	people map[string]*Person
	// ids are the global ids of everything in the world, by a name such as "minji" or "style 7".
	ids map[string]string
	// tokens are those of callers that are nobody's present session, by what `who` says.
	tokens map[string]string
}

// worldStyles is how many styles minji's feed has: more than a page.
const worldStyles = 24

// newWorld has people do what people do. minji follows four authors, yuna is private, areum has just come.
func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	// Cold is what memcached does not have: a memory of the process would stand in between.
	o.Env = append(o.Env, "LOCAL_CACHE_BYTES=0")
	stack := Start(t, o)
	w := &world{Stack: stack, people: map[string]*Person{}, ids: map[string]string{}, tokens: map[string]string{}}
	for _, name := range []string{"minji", "sora", "jiho", "hana", "taeyang", "yuna", "areum"} {
		locale := "ko"
		if name == "sora" {
			locale = "en"
		}
		w.people[name] = w.SignUp(t, name, "locale", locale, "displayName", strings.ToUpper(name[:1])+name[1:])
		w.ids[name] = w.people[name].ID
	}
	authors := []string{"sora", "jiho", "hana", "taeyang"}
	for _, name := range authors {
		w.people["minji"].Follow(t, w.people[name])
	}
	w.avatars(t)
	for n := 1; n <= worldStyles; n++ {
		w.style(t, fmt.Sprintf("style %d", n), authors[n%len(authors)], fmt.Sprintf("look %d #ootd", n), 1+n%3)
	}
	w.lastStyle(t)
	w.hidden(t)
	w.questions(t)
	w.notifications(t)
	w.collections(t)
	w.moderation(t)
	w.callers(t)
	w.Settle(t)
	return w
}

func (w *world) photo(t *testing.T, name, owner string) string {
	t.Helper()
	// No two pictures are of one size, so that none is taken for another.
	w.ids[name] = w.people[owner].Upload(t, picture(t, 24+len(w.ids)%40, 32), "image/jpeg")
	return w.ids[name]
}

// avatars gives hana and sora a face.
func (w *world) avatars(t *testing.T) {
	t.Helper()
	for _, name := range []string{"hana", "sora"} {
		id := w.photo(t, "avatar "+name, name)
		w.people[name].Photo(t, id)
		w.people[name].Do(t, `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }`,
			Vars{"input": Vars{"avatarPhotoId": id}}).OK(t)
	}
}

func (w *world) style(t *testing.T, name, author, caption string, photos int) string {
	t.Helper()
	var ids []string
	for i := range photos {
		ids = append(ids, w.photo(t, fmt.Sprintf("photo %s.%d", strings.TrimPrefix(name, "style "), i+1), author))
	}
	w.ids[name] = w.people[author].Publish(t, caption, ids...)
	w.people[author].Published(t, w.ids[name])
	for i, reader := range []string{"minji", "sora", "jiho"} {
		if i > len(w.ids[name])%2 {
			w.people[reader].Do(t, "Like", Vars{"input": Vars{"styleId": w.ids[name]}}).OK(t)
		}
		w.comment(t, fmt.Sprintf("comment %s.%d", strings.TrimPrefix(name, "style "), i+1), reader, name, "nice!")
	}
	return w.ids[name]
}

func (w *world) comment(t *testing.T, name, author, style, body string) {
	t.Helper()
	a := w.people[author].Do(t, "Comment", Vars{"input": Vars{"styleId": w.ids[style], "body": body}}).OK(t)
	w.ids[name] = a.Text("addComment.comment.id")
}

// lastStyle is the newest of the feed, and has everything that a style can have.
func (w *world) lastStyle(t *testing.T) {
	t.Helper()
	id := w.ids[fmt.Sprintf("style %d", worldStyles)]
	a := w.people["sora"].Do(t, `mutation ($input: UpdateStyleInput!) { updateStyle(input: $input) { style { items { id } tags { id } } userErrors { field code } } }`,
		Vars{"input": Vars{"styleId": id, "caption": "오늘은 #가을코디 with @minji, @nobody.here and @hana 🍂 #OOTD", "wornOn": "2026-10-03", "items": []Vars{
			{"photoId": w.ids["photo 24.1"], "x": 0.25, "y": 0.5, "name": "코트", "brand": "Maison Café", "priceMinor": 129000, "currency": "KRW", "shopUrl": "https://shop.example/coat?a=1&b=2"},
			{"photoId": w.ids["photo 24.1"], "x": 1, "y": 0, "name": "boots"},
		}}}).OK(t)
	w.ids["item coat"], w.ids["item boots"] = a.Text("updateStyle.style.items.0.id"), a.Text("updateStyle.style.items.1.id")
	w.ids["tag autumn"], w.ids["tag ootd"] = a.Text("updateStyle.style.tags.0.id"), a.Text("updateStyle.style.tags.1.id")
	w.ids["brand"] = w.Do(t, "", `{ brand(slug: "maison-café") { id } }`, nil).OK(t).Text("brand.id")
	for n := 4; n <= 25; n++ {
		w.comment(t, fmt.Sprintf("comment 24.%d", n), []string{"jiho", "hana", "minji"}[n%3], "style 24", fmt.Sprintf("comment %d", n))
	}
	reply := w.people["taeyang"].Do(t, "Comment", Vars{"input": Vars{"styleId": id, "body": "정보 좀요", "replyToId": w.ids["comment 24.25"]}}).OK(t)
	w.ids["reply"] = reply.Text("addComment.comment.id")
}

// hidden makes what some or all may not see.
func (w *world) hidden(t *testing.T) {
	t.Helper()
	w.style(t, "style private", "yuna", "for friends #secret", 1)
	w.comment(t, "comment private", "yuna", "style private", "just us")
	w.people["yuna"].Do(t, `mutation { updateProfile(input: {isPrivate: true}) { userErrors { code } } }`, nil).OK(t)
	w.people["minji"].Do(t, "Follow", Vars{"input": Vars{"userId": w.ids["yuna"]}}).OK(t)

	w.style(t, "style deleted", "jiho", "gone #gone", 1)
	w.people["jiho"].Do(t, `mutation ($input: DeleteStyleInput!) { deleteStyle(input: $input) { userErrors { code } } }`, Vars{"input": Vars{"styleId": w.ids["style deleted"]}}).OK(t)

	for i := range 3 {
		w.photo(t, fmt.Sprintf("unused %d", i+1), "minji")
	}
	w.ids["photo awaiting"], _ = w.people["minji"].StartUpload(t, picture(t, 8, 8), "image/jpeg")
	a := w.people["minji"].Do(t, "StartUpload", Vars{"input": Vars{"contentType": "image/png", "byteSize": 100}}).OK(t)
	w.ids["photo missing"] = a.Text("createUpload.photo.id")
	w.ids["photo rejected"] = w.people["minji"].Upload(t, []byte("not a picture"), "image/jpeg")
	w.people["minji"].Photo(t, w.ids["photo rejected"])
}

// notifications has things happen around minji's own style one after the other, so that their order is known.
func (w *world) notifications(t *testing.T) {
	t.Helper()
	w.Settle(t)
	w.ids["style minji"] = w.people["minji"].Publish(t, "my own #ootd", w.ids["unused 3"])
	w.people["minji"].Published(t, w.ids["style minji"])
	for _, happens := range []func(){
		func() { w.people["sora"].Follow(t, w.people["minji"]) },
		func() { w.people["hana"].Follow(t, w.people["minji"]) },
		func() { w.people["jiho"].Do(t, "Like", Vars{"input": Vars{"styleId": w.ids["style minji"]}}).OK(t) },
		func() { w.people["hana"].Do(t, "Like", Vars{"input": Vars{"styleId": w.ids["style minji"]}}).OK(t) },
		func() { w.comment(t, "comment minji.1", "taeyang", "style minji", "멋져요") },
		func() { w.comment(t, "comment minji.2", "sora", "style minji", "@minji where is the coat from?") },
	} {
		happens()
		w.Settle(t)
	}
	nodes := `{ viewer { notifications(first: 100) { nodes { id } } sessions { id } } }`
	for i, id := range w.people["minji"].Do(t, nodes, nil).OK(t).Each("viewer.notifications.nodes", "id") {
		w.ids[fmt.Sprintf("notification %d", i+1)] = id
	}
	w.ids["session minji"] = w.people["minji"].Do(t, nodes, nil).Text("viewer.sessions.0.id")
	a := w.people["minji"].Do(t, `mutation ($input: RegisterDeviceInput!) { registerDevice(input: $input) { device { id } userErrors { code } } }`,
		Vars{"input": Vars{"platform": "IOS", "token": strings.Repeat("0a", 32), "name": "phone"}}).OK(t)
	w.ids["device minji"] = a.Text("registerDevice.device.id")
}

// nameOf is the name of what an id names, "" where it is nothing of the world's.
func (w *world) nameOf(id string) string {
	for _, name := range slices.Sorted(maps.Keys(w.ids)) {
		if w.ids[name] == id {
			return name
		}
	}
	return ""
}
