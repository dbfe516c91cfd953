package e2e

import (
	"path/filepath"
	"testing"

	"styleshare/internal/playground/browsertest"
)

// A front-end developer's first minute, in a real browser: sign in with one click, run the examples, see the pictures.
func TestPlayground(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	const demoPassword = "styleshare-demo"
	minji := s.SignUp(t, "minji", "password", demoPassword)
	author := s.SignUp(t, "seoyeon")
	minji.Follow(t, author)
	for _, caption := range []string{"첫 #데일리룩 #ootd", "또 #데일리룩"} {
		author.Published(t, author.Publish(t, caption, author.Upload(t, picture(t, 600, 800), "image/jpeg")))
	}
	WaitFor(t, "the feed of minji", func() bool { return len(minji.Feed(t)) == 2 })
	// The sign-in of the demo person is offered wherever the demo data is.
	s.Exec(t, "insert into milestones (name, reached_at) values ('demo-data', now())")
	s.Servers[0].Stop(t)
	s.Servers[0].Start(t)
	browsertest.RunBrowser(t, s.Servers[0].URL, filepath.Join(t.ArtifactDir(), "playground.png"))
}
