package demo

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"styleshare/internal/caption"
	"styleshare/internal/demo/sketch"
)

var today = time.Date(2026, 3, 1, 23, 30, 0, 0, time.FixedZone("KST", 9*3600))

func TestSizes(t *testing.T) {
	t.Parallel()
	s := Data(today)
	if len(s.People) != PeopleCount || len(s.Styles) != StyleCount {
		t.Errorf("%d people, %d styles", len(s.People), len(s.Styles))
	}
	photos := 0
	for _, st := range s.Styles {
		if st.Photos < 1 || st.Photos > 3 || st.Photos != len(st.shots) {
			t.Errorf("%d photos of %d shots", st.Photos, len(st.shots))
		}
		photos += st.Photos
	}
	if photos < 165 || photos > 240 {
		t.Errorf("%d photos", photos)
	}
	if len(s.Follows) < 100 || len(s.Likes) < 500 || len(s.Comments) < 300 {
		t.Errorf("%d follows, %d likes, %d comments", len(s.Follows), len(s.Likes), len(s.Comments))
	}
}

func TestDataIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	a := Data(today)
	if !reflect.DeepEqual(a, Data(today)) {
		t.Error("the same day gives another set")
	}
	later := Data(today.AddDate(0, 0, 10))
	for i := range later.Styles {
		if want := a.Styles[i].WornOn.AddDate(0, 0, 10); !later.Styles[i].WornOn.Equal(want) {
			t.Fatalf("style %d: worn on %v, ten days later %v", i, a.Styles[i].WornOn, later.Styles[i].WornOn)
		}
		later.Styles[i].WornOn = a.Styles[i].WornOn
	}
	if !reflect.DeepEqual(a, later) {
		t.Error("another day changes more than WornOn")
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	s := Data(today)
	if s.People[0].Username != "minji" {
		t.Errorf("first is %q", s.People[0].Username)
	}
	seen := map[string]bool{}
	for _, p := range s.People {
		if name, ok := caption.NormalizeUsername(p.Username); !ok || name != p.Username || seen[name] {
			t.Errorf("username %q", p.Username)
		}
		seen[p.Username] = true
		if _, err := time.LoadLocation(p.TimeZone); err != nil {
			t.Error(err)
		}
		if p.Locale != "ko" && p.Locale != "en" {
			t.Errorf("%s: locale %q", p.Username, p.Locale)
		}
		for _, text := range []string{p.DisplayName, p.Bio} {
			if text == "" || caption.Normalize(text) != text {
				t.Errorf("%s: %q", p.Username, text)
			}
		}
	}
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	s := Data(today)
	seen := map[string]bool{}
	mentioning := 0
	for i, st := range s.Styles {
		tags, mentions := caption.Parse(st.Caption)
		if !slices.Equal(tags, st.Tags) || len(tags) < 2 {
			t.Errorf("%q holds %q, wanted %q", st.Caption, tags, st.Tags)
		}
		if !slices.Equal(mentions, st.Mentions) {
			t.Errorf("%q mentions %q, wanted %q", st.Caption, mentions, st.Mentions)
		}
		mentioning += len(mentions)
		words, _, _ := strings.Cut(st.Caption, "#")
		if seen[words] {
			t.Errorf("twice: %q", words)
		}
		seen[words] = true
		clean(t, st.Caption)
		korean := strings.ContainsAny(words, "가나다라마바사아자차카타파하이을를은는에로도요")
		if person := s.person(st.Author); korean != (person.Locale == "ko") {
			t.Errorf("style %d of %s (%s): %q", i, person.Username, person.Locale, words)
		}
		for _, m := range mentions {
			if m == st.Author || !slices.ContainsFunc(s.People, func(p Person) bool { return p.Username == m }) {
				t.Errorf("style %d mentions %q", i, m)
			}
		}
	}
	if mentioning < 15 {
		t.Errorf("%d mentions", mentioning)
	}
}

// clean: nothing of a template is left, and it is stored as it is written.
func clean(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsAny(text, "{}|") || strings.Contains(text, "  ") || strings.Contains(text, "@ ") || caption.Normalize(text) != text {
		t.Errorf("%q", text)
	}
}

func TestWornOn(t *testing.T) {
	t.Parallel()
	s := Data(today)
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i, st := range s.Styles {
		if age := day.Sub(st.WornOn).Hours() / 24; age < 0 || age >= Days || age != math.Trunc(age) {
			t.Errorf("style %d: worn %v days ago", i, age)
		}
		if i > 0 && st.WornOn.Before(s.Styles[i-1].WornOn) {
			t.Errorf("style %d was worn before the one before it", i)
		}
	}
	if first := s.Styles[0].WornOn; day.Sub(first) < (Days-2)*24*time.Hour || !s.Styles[StyleCount-1].WornOn.Equal(day) {
		t.Errorf("from %v to %v", first, s.Styles[StyleCount-1].WornOn)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	slugs := map[string]string{}
	without := 0
	for i, st := range Data(today).Styles {
		if len(st.Items) == 0 {
			without++
		}
		for _, it := range st.Items {
			if it.Photo < 0 || it.Photo >= st.Photos {
				t.Errorf("style %d: item on photo %d of %d", i, it.Photo, st.Photos)
				continue
			}
			spot, ok := sketch.Spots(st.look, st.outfit, st.shots[it.Photo])[it.part]
			if !ok || math.Abs(spot.X-it.X) > 0.001 || math.Abs(spot.Y-it.Y) > 0.001 {
				t.Errorf("style %d: %s at %v, %v, is at %v", i, it.Name, it.X, it.Y, spot)
			}
			clean(t, it.Name)
			checkPrice(t, it)
			if other, ok := slugs[caption.Slug(it.Brand)]; ok && other != it.Brand {
				t.Errorf("%q and %q are one brand", other, it.Brand)
			}
			slugs[caption.Slug(it.Brand)] = it.Brand
		}
	}
	if without == 0 || without > StyleCount/4 {
		t.Errorf("%d styles without items", without)
	}
}

func checkPrice(t *testing.T, it Item) {
	t.Helper()
	low, high := 10_000, 600_000
	if it.Currency == "USD" {
		low, high = 1_000, 50_000
	} else if it.Currency != "KRW" || it.PriceMinor%100 != 0 {
		t.Errorf("%s: %d %s", it.Name, it.PriceMinor, it.Currency)
	}
	if it.PriceMinor < low || it.PriceMinor > high {
		t.Errorf("%s: %d %s", it.Name, it.PriceMinor, it.Currency)
	}
}

func TestFollowsAndLikes(t *testing.T) {
	t.Parallel()
	s := Data(today)
	names := map[string]bool{}
	for _, p := range s.People {
		names[p.Username] = true
	}
	follows, followed := map[Follow]bool{}, map[string]int{}
	for _, f := range s.Follows {
		if follows[f] || f.Follower == f.Followee || !names[f.Follower] || !names[f.Followee] {
			t.Errorf("%+v", f)
		}
		follows[f] = true
		followed[f.Follower]++
	}
	for name := range names {
		if followed[name] < 4 {
			t.Errorf("%s follows %d", name, followed[name])
		}
	}
	if followed["minji"] != 12 {
		t.Errorf("minji follows %d", followed["minji"])
	}
	likes := map[Like]bool{}
	for _, l := range s.Likes {
		if likes[l] || !names[l.Username] || l.Style < 0 || l.Style >= len(s.Styles) || s.Styles[l.Style].Author == l.Username {
			t.Errorf("%+v", l)
		}
		likes[l] = true
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	s := Data(today)
	asks, answers, mentions := 0, 0, 0
	for i, c := range s.Comments {
		clean(t, c.Body)
		if c.Style < 0 || c.Style >= len(s.Styles) || c.ReplyTo >= i {
			t.Fatalf("%d: %+v", i, c)
		}
		if caption.IsItemInfoRequest(c.Body) {
			asks++
		}
		_, named := caption.Parse(c.Body)
		mentions += len(named)
		for _, name := range named {
			s.person(name) // panics where there is nobody
		}
		if c.ReplyTo >= 0 {
			answers++
			to := s.Comments[c.ReplyTo]
			if to.Style != c.Style || c.Author != s.Styles[c.Style].Author || !caption.IsItemInfoRequest(to.Body) || !slices.Equal(named, []string{to.Author}) {
				t.Errorf("%+v answers %+v", c, to)
			}
		} else if s.person(c.Author); c.Author == s.Styles[c.Style].Author {
			t.Errorf("%+v is on their own style", c)
		}
	}
	if asks < 40 || answers < 15 || mentions < 30 {
		t.Errorf("%d asks, %d answers, %d mentions", asks, answers, mentions)
	}
	for _, talk := range talks {
		for part, bodies := range talk.asks {
			for _, body := range bodies {
				if !caption.IsItemInfoRequest(body) {
					t.Errorf("%d: %q is no ask", part, body)
				}
			}
		}
	}
}

func TestParticles(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"코트", "을", "를"}, {"가디건", "을", "을"}, {"데님", "은", "은"}, {"셔츠", "은", "는"}, {"볼캡", "이", "이"}, {"부츠", "으로", "로"}, {"백팩", "으로", "으로"}, {"양말", "으로", "로"}, {"니트", "과", "와"},
	} {
		if got := josa(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %s, want %s", c[0], got, c[2])
		}
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	s := Data(today)
	seen := map[string]int{}
	for i := 0; i < len(s.Styles); i += 29 {
		for n := range s.Styles[i].Photos {
			data := s.Styles[i].Photo(n)
			img := decode(t, data, sketch.Width, sketch.Height)
			if j, ok := seen[string(data)]; ok {
				t.Errorf("styles %d and %d have the same picture", i, j)
			}
			seen[string(data)] = i
			if colours, bits := richness(img); colours < 60 || bits < 5 {
				t.Errorf("style %d: %d colours, %.1f bits", i, colours, bits)
			}
		}
	}
	for _, p := range s.People[:3] {
		data := p.Avatar()
		decode(t, data, sketch.AvatarSize, sketch.AvatarSize)
		if seen[string(data)] != 0 {
			t.Errorf("%s looks like somebody else", p.Username)
		}
		seen[string(data)] = -1
	}
}

func decode(t *testing.T, data []byte, w, h int) *image.YCbCr {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, w, h) {
		t.Errorf("%v", img.Bounds())
	}
	return img.(*image.YCbCr)
}

// richness counts colours in steps of 8 and the entropy of the brightness in bits: a grey box has one and none.
func richness(img *image.YCbCr) (colours int, bits float64) {
	seen, histogram := map[[3]uint8]bool{}, [256]float64{}
	for y := 0; y < img.Rect.Dy(); y += 4 {
		for x := 0; x < img.Rect.Dx(); x += 4 {
			c := img.YCbCrAt(x, y)
			seen[[3]uint8{c.Y >> 3, c.Cb >> 3, c.Cr >> 3}] = true
			histogram[c.Y]++
		}
	}
	total := float64(img.Rect.Dx() * img.Rect.Dy() / 16)
	for _, n := range &histogram {
		if n > 0 {
			bits -= n / total * math.Log2(n/total)
		}
	}
	return len(seen), bits
}

// Who asks is not who answers, every question but some has answers, and looks are their own.
func TestQuestions(t *testing.T) {
	t.Parallel()
	set := Data(time.Now())
	open := 0
	for _, q := range set.Questions {
		if len(q.Answers) == 0 {
			open++
		}
		if q.Accepted >= len(q.Answers) {
			t.Errorf("%q: answer %d of %d is accepted", q.Body, q.Accepted, len(q.Answers))
		}
		for _, a := range q.Answers {
			if a.Author == q.Author || a.Style >= 0 && set.Styles[a.Style].Author != a.Author {
				t.Errorf("%q by %s: %+v", q.Body, q.Author, a)
			}
		}
	}
	if open < 2 || open == len(set.Questions) || len(set.Asks) < 10 {
		t.Errorf("%d of %d questions are open, %d asks", open, len(set.Questions), len(set.Asks))
	}
	for _, a := range set.Asks {
		if set.Styles[a.Style].Author == a.Username {
			t.Errorf("%s asks about their own style %d", a.Username, a.Style)
		}
	}
}
