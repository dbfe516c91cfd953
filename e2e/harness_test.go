package e2e

import "testing"

func TestStackServes(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	minji, sora := s.SignUp(t, "minji"), s.SignUp(t, "sora")
	sora.Follow(t, minji)
	style := minji.Publish(t, "first #look")
	minji.Published(t, style)
	WaitFor(t, "the style to be in the feed", func() bool { feed := sora.Feed(t); return len(feed) == 1 && feed[0] == style })
	s.Servers[0].Stop(t)
	s.Servers[0].Start(t)
	sora.Do(t, "HomeFeed", nil).OK(t)
}
