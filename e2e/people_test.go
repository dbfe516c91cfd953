package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"testing"
)

// Person is somebody with a phone.
type Person struct {
	stack *Stack
	// Name is the username; Address is where the phone seems to be.
	Name, ID, Email, Password, Address string
	Token, RefreshToken                string
}

// password is everybody's until they change it.
const password = "corduroy-jacket-84"

// SignUp makes an account; more are input fields such as "locale", "en".
func (s *Stack) SignUp(t testing.TB, name string, more ...string) *Person {
	t.Helper()
	n := s.people.Add(1)
	p := &Person{stack: s, Name: name, Email: name + "@example.com", Password: password, Address: fmt.Sprintf("203.0.%d.%d", n/250, n%250+1)}
	input := Vars{"username": name, "email": p.Email, "password": password}
	for i := 0; i+1 < len(more); i += 2 {
		input[more[i]] = more[i+1]
	}
	a := p.Do(t, "SignUp", Vars{"input": input}).OK(t)
	p.ID, p.Token, p.RefreshToken = a.Text("signUp.viewer.user.id"), a.Text("signUp.accessToken"), a.Text("signUp.refreshToken")
	return p
}

// SignIn gives the person on another phone.
func (p *Person) SignIn(t testing.TB) *Person {
	t.Helper()
	phone := *p
	phone.Token = ""
	a := phone.Do(t, "SignIn", Vars{"input": Vars{"login": p.Name, "password": p.Password}}).OK(t)
	phone.Token, phone.RefreshToken = a.Text("signIn.accessToken"), a.Text("signIn.refreshToken")
	return &phone
}

// Do asks the first server as the person.
func (p *Person) Do(t testing.TB, operation string, variables Vars, headers ...string) Answer {
	t.Helper()
	return p.At(t, p.stack.Servers[0], operation, variables, headers...)
}

// At asks a server as the person.
func (p *Person) At(t testing.TB, server *Process, operation string, variables Vars, headers ...string) Answer {
	t.Helper()
	return server.Do(t, p.Token, operation, variables, append([]string{"X-Forwarded-For: " + p.Address, "User-Agent: e2e/1 (" + p.Name + ")"}, headers...)...)
}

// StartUpload begins an upload and sends the file; it gives the photo's id and what the store answered.
func (p *Person) StartUpload(t testing.TB, file []byte, contentType string) (photoID string, stored Answer) {
	t.Helper()
	a := p.Do(t, "StartUpload", Vars{"input": Vars{"contentType": contentType, "byteSize": len(file)}}).OK(t)
	return a.Text("createUpload.photo.id"), sendFile(t, a, file)
}

// sendFile sends the request that an answer of createUpload describes.
func sendFile(t testing.TB, a Answer, file []byte, headers ...string) Answer {
	t.Helper()
	var all []string
	for i := range a.List("createUpload.upload.headers") {
		header := fmt.Sprintf("createUpload.upload.headers.%d.", i)
		all = append(all, a.Text(header+"name")+": "+a.Text(header+"value"))
	}
	return Send(t, a.Text("createUpload.upload.method"), a.Text("createUpload.upload.url"), file, append(all, headers...)...)
}

// Upload takes a file the whole way except for the thumbnails, which may still be in the making.
func (p *Person) Upload(t testing.TB, file []byte, contentType string) (photoID string) {
	t.Helper()
	photoID, stored := p.StartUpload(t, file, contentType)
	if stored.Status != http.StatusOK {
		t.Fatalf("the store answers %d: %s", stored.Status, stored.Body)
	}
	p.Do(t, "FinishUpload", Vars{"input": Vars{"photoId": photoID}}).OK(t)
	return photoID
}

// Publish publishes a style; without photos, one of a new picture. The style may still wait for its photos.
func (p *Person) Publish(t testing.TB, caption string, photoIDs ...string) (styleID string) {
	t.Helper()
	if len(photoIDs) == 0 {
		photoIDs = []string{p.Upload(t, picture(t, 48, 64), "image/jpeg")}
	}
	a := p.Do(t, "Publish", Vars{"input": Vars{"photoIds": photoIDs, "caption": caption}}).OK(t)
	return a.Text("publishStyle.style.id")
}

// Published waits until a style is there for all to see.
func (p *Person) Published(t testing.TB, styleID string) {
	t.Helper()
	WaitFor(t, "the style to be published", func() bool {
		return p.Do(t, `query ($id: ID!) { style(id: $id) { state } }`, Vars{"id": styleID}).Text("style.state") == "PUBLISHED"
	})
}

// Photo waits until the thumbnails job has decided about a photo.
func (p *Person) Photo(t testing.TB, photoID string) (decided Answer) {
	t.Helper()
	WaitFor(t, "the photo to be decided about", func() bool {
		decided = p.Do(t, `query ($id: ID!) { node(id: $id) { ... on Photo { state rejection width height blurhash dominantColor
			thumb: url(size: THUMB) small: url(size: SMALL) medium: url(size: MEDIUM) large: url(size: LARGE) } } }`, Vars{"id": photoID})
		state := decided.Text("node.state")
		return state == "READY" || state == "REJECTED"
	})
	return decided
}

// Follow has the person follow another one.
func (p *Person) Follow(t testing.TB, other *Person) {
	t.Helper()
	p.Do(t, "Follow", Vars{"input": Vars{"userId": other.ID}}).OK(t)
}

// Feed gives the ids of the person's feed, the newest first.
func (p *Person) Feed(t testing.TB) []string {
	t.Helper()
	return p.Do(t, `{ viewer { feed(first: 100) { nodes { id } } } }`, nil).OK(t).Each("viewer.feed.nodes", "id")
}

// picture draws a JPEG in some colours.
func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{R: uint8(255 * x / width), G: uint8(255 * y / height), B: 120, A: 255})
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
