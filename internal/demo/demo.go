// Package demo makes up a small community: people, the styles they share with drawn pictures, who follows whom, likes,
// comments and questions. It is plain data; sending it through uploads, thumbnails and publishing is its caller's work.
package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"styleshare/internal/demo/sketch"
)

// The sizes of the set.
const (
	PeopleCount = 20
	StyleCount  = 150
	// Days is how far back, from the given day, styles were worn.
	Days = 60
)

// Person is an account. The first one of a Set is minji, whom visitors sign in as.
type Person struct {
	Username    string
	DisplayName string
	Bio         string
	Locale      string // ko or en
	TimeZone    string // IANA name
	look        sketch.Look
	skirts      bool
	backdrop    sketch.RGB // of the avatar
}

// Avatar draws the person's face: a JPEG of sketch.AvatarSize pixels square.
func (p Person) Avatar() []byte {
	cream, ink := sketch.Hex(0xfdf8ef), sketch.Hex(0x2f3444)
	base := []sketch.RGB{p.backdrop.Mix(cream, 0.75), p.backdrop.Mix(ink, 0.7), cream, p.backdrop.Mix(ink, 0.35)}[len(p.DisplayName+p.Bio)%4]
	fit := sketch.Outfit{Top: sketch.TopKind(len(p.Username) % 5), TopCloth: sketch.Cloth{Base: base, Accent: cream}}
	if fit.Top == sketch.Hoodie && !p.look.Broad {
		fit.Top = sketch.Knit // a hood and long hair hide each other
	}
	if fit.Top == sketch.Sweatshirt {
		fit.TopCloth.Pattern = sketch.Stripes
	}
	return sketch.JPEG(sketch.Avatar(p.look, fit, p.backdrop))
}

// Style is an outfit with one to three photos.
type Style struct {
	Author   string // a username
	Caption  string
	Tags     []string // what the caption holds, as internal/caption reads it
	Mentions []string
	WornOn   time.Time // midnight UTC of the day
	Items    []Item
	Photos   int
	outfit   sketch.Outfit
	look     sketch.Look
	shots    []sketch.Shot
	pieces   []piece
}

// Photo draws one of the photos, 0 to Photos-1: a JPEG of sketch.Width × sketch.Height pixels.
func (st *Style) Photo(i int) []byte {
	return sketch.JPEG(sketch.Draw(st.look, st.outfit, st.shots[i]))
}

// Item is a garment on a photo.
type Item struct {
	Photo      int     // its index
	X, Y       float64 // 0 to 1 from the left and from the top; the garment is there
	Brand      string
	Name       string
	PriceMinor int    // in the currency's minor unit: won have none, dollars have cents
	Currency   string // KRW or USD
	part       sketch.Part
}

// Comment is a comment on a style. They are in the order in which they were written.
type Comment struct {
	Style   int // index into Set.Styles
	Author  string
	Body    string
	ReplyTo int // index into Set.Comments, -1 for none
}

// Like is somebody's like of a style.
type Like struct {
	Style    int // index into Set.Styles
	Username string
}

// Follow says that Follower follows Followee.
type Follow struct{ Follower, Followee string }

// Set is the whole community. Styles are in the order in which they were worn, oldest first.
type Set struct {
	People   []Person
	Styles   []Style
	Follows  []Follow
	Likes    []Like
	Comments []Comment
	// Questions are what people ask everybody, Asks what they ask the authors of styles.
	Questions []Question
	Asks      []Ask
}

// Data makes the set as of a day. The same day always gives the same set, and another day only moves WornOn.
func Data(today time.Time) *Set {
	s := &Set{People: slices.Clone(people)}
	rng := rand.New(rand.NewPCG(2011, 2022))
	day := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	written := map[string]bool{}
	for i := range StyleCount {
		p := s.People[author(i, rng)]
		st := wear(p, rng, uint64(i))
		for st.write(p, rng); written[st.Caption]; {
			st.write(p, rng)
		}
		written[st.Caption] = true
		st.WornOn = day.AddDate(0, 0, -(StyleCount-1-i)*Days/StyleCount)
		s.Styles = append(s.Styles, st)
	}
	s.follow(rng)
	s.like(rng)
	s.comment(rng)
	s.question()
	return s
}

// author gives everybody some styles and the first few people more.
func author(i int, rng *rand.Rand) int {
	if i%2 == 0 {
		return i / 2 % PeopleCount
	}
	return min(rng.IntN(PeopleCount), rng.IntN(PeopleCount))
}

// pick chooses one of a list.
func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// chance is true in one of n cases.
func chance(rng *rand.Rand, n int) bool { return rng.IntN(n) == 0 }
