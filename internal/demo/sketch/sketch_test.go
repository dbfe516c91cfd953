package sketch

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

var (
	someLook = Look{Skin: Hex(0xf3cdb1), Hair: Hex(0x2b2024), Cut: LongBangs}
	someFit  = Outfit{
		Top: Shirt, TopCloth: Cloth{Hex(0xcfe0ee), Hex(0x6f93b8), Lines}, Outer: Coat, OuterCloth: Cloth{Base: Hex(0xb98d5f)},
		Bottom: Jeans, BottomCloth: Cloth{Hex(0x6688ae), Hex(0xb8cee0), Denim}, Shoes: Loafers, ShoeCloth: Cloth{Base: Hex(0x2a2320)},
		Bag: Tote, BagCloth: Cloth{Hex(0xe9dfca), Hex(0x7a3b32), Plain}, Hat: Beret, HatCloth: Cloth{Base: Hex(0x8b2f35)},
	}
)

// anyone is a person in any clothes in front of any camera.
func anyone(t *rapid.T) (Look, Outfit, Shot) {
	n := func(name string, count int) int { return rapid.IntRange(0, count-1).Draw(t, name) }
	cloth := func(name string) Cloth {
		return Cloth{Base: Hex(uint32(n(name, 0x1000000))), Accent: Hex(0x808080), Pattern: Pattern(n(name+" pattern", int(Denim)+1))}
	}
	look := Look{Skin: Hex(0xe8b995), Hair: Hex(0x2b2024), Cut: HairKind(n("cut", int(Bowl)+1)), Broad: n("broad", 2) == 1, Glasses: true, Freckles: true}
	fit := Outfit{
		Top: TopKind(n("top", int(Turtleneck)+1)), TopCloth: cloth("top cloth"), Outer: OuterKind(n("outer", int(Windbreaker)+1)), OuterCloth: cloth("outer cloth"),
		Bottom: BottomKind(n("bottom", int(Cargo)+1)), BottomCloth: cloth("bottom cloth"), Shoes: ShoeKind(n("shoes", int(Canvas)+1)), ShoeCloth: cloth("shoe cloth"),
		Bag: BagKind(n("bag", int(Shoulder)+1)), BagCloth: cloth("bag cloth"), Hat: HatKind(n("hat", int(Beret)+1)), HatCloth: cloth("hat cloth"),
	}
	shot := Shot{Pose: Pose(n("pose", int(poses))), Frame: Frame(n("frame", int(Feet)+1)), Flip: n("flip", 2) == 1}
	if hides(shot.Pose, fit.Bag) {
		shot.Pose = Stand
	}
	return look, fit, shot
}

// hides says whether a pose puts the hand away that would hold the bag: nobody wears it so.
func hides(p Pose, b BagKind) bool { return b == Tote && (p == Selfie || p == Crossed) }

// dyed is the outfit with one part in another colour.
func dyed(fit Outfit, part Part, c Cloth) Outfit {
	switch part {
	case TopPart:
		fit.TopCloth = c
	case OuterPart:
		fit.OuterCloth = c
	case BottomPart:
		fit.BottomCloth = c
	case ShoePart:
		fit.ShoeCloth = c
	case BagPart:
		fit.BagCloth = c
	case HatPart:
		fit.HatCloth = c
	case parts:
	}
	return fit
}

// quick draws the figure alone, at the size of the backdrop.
func quick(look Look, fit Outfit, shot Shot) *image.RGBA {
	c := newCanvas(Width/softness, Height/softness)
	c.m = shot.onto(c).then(stage)
	newFigure(c, look, fit, shot.Pose).draw()
	return c.img
}

// A spot is on its garment if dyeing this garment, and no other, changes the picture there.
func TestSpotsAreOnTheirGarment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		look, fit, shot := anyone(t)
		red, blue := Cloth{Base: Hex(0xe01010), Accent: Hex(0xe01010)}, Cloth{Base: Hex(0x1010e0), Accent: Hex(0x1010e0)}
		for part := range parts {
			fit = dyed(fit, part, blue)
		}
		before := quick(look, fit, shot)
		for part, spot := range Spots(look, fit, shot) {
			x, y := int(spot.X*Width/softness), int(spot.Y*Height/softness)
			a, b := quick(look, dyed(fit, part, red), shot).RGBAAt(x, y), before.RGBAAt(x, y)
			if int(a.R)-int(b.R) < 60 || int(b.B)-int(a.B) < 60 {
				t.Errorf("part %d at %d, %d of %+v in %+v: %v when red, %v when blue", part, x, y, fit, shot, a, b)
			}
		}
	})
}

func TestSpotsNameWhatIsWornAndSeen(t *testing.T) {
	t.Parallel()
	all := Spots(someLook, someFit, Shot{})
	if len(all) != int(parts) {
		t.Errorf("a full picture shows %v", all)
	}
	bare := someFit
	bare.Outer, bare.Bag, bare.Hat = NoOuter, NoBag, NoHat
	if got := Spots(someLook, bare, Shot{}); len(got) != 3 {
		t.Errorf("without outer, bag and hat: %v", got)
	}
	if _, ok := Spots(someLook, someFit, Shot{Frame: Upper})[ShoePart]; ok {
		t.Error("shoes in a picture of the upper half")
	}
	feet := Spots(someLook, someFit, Shot{Frame: Feet})
	for part, want := range map[Part]bool{ShoePart: true, BottomPart: true, TopPart: false, OuterPart: false, HatPart: false} {
		if _, ok := feet[part]; ok != want {
			t.Errorf("part %d in a picture of the feet: %v", part, ok)
		}
	}
	flipped := Spots(someLook, someFit, Shot{Flip: true})
	for part, s := range all {
		if f := flipped[part]; math.Abs(f.X+s.X-1) > 1e-9 || math.Abs(f.Y-s.Y) > 1e-9 {
			t.Errorf("part %d: %v, flipped %v", part, s, f)
		}
	}
}

func TestDrawFillsThePicture(t *testing.T) {
	t.Parallel()
	for b := range Backdrops {
		for f := range Feet + 1 {
			shot := Shot{Backdrop: b, Frame: f, Tone: int(b) + int(f), Flip: f%2 == 1, Seed: uint64(b)}
			small := newCanvas(Width/softness, Height/softness)
			small.m = shot.onto(small)
			set := backdrops[b]
			set.draw(small, set.tones[shot.Tone%len(set.tones)], rand.New(rand.NewPCG(1, 1)))
			for i := 3; i < len(small.img.Pix); i += 4 {
				if small.img.Pix[i] != 255 {
					t.Errorf("backdrop %d frame %d: nothing drawn at %d, %d", b, f, i/4%small.img.Rect.Dx(), i/4/small.img.Rect.Dx())
					break
				}
			}
		}
	}
}

func TestJPEG(t *testing.T) {
	t.Parallel()
	data := JPEG(Draw(someLook, someFit, Shot{Backdrop: Cafe, Seed: 7}))
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != Width || img.Bounds().Dy() != Height {
		t.Errorf("%v", img.Bounds())
	}
	if !bytes.Equal(data, JPEG(Draw(someLook, someFit, Shot{Backdrop: Cafe, Seed: 7}))) {
		t.Error("drawn twice, it is another picture")
	}
	if bytes.Equal(data, JPEG(Draw(someLook, someFit, Shot{Backdrop: Cafe, Seed: 8}))) {
		t.Error("another seed gives the same picture")
	}
	// At this quality a drawing takes about a tenth of a byte for a pixel; a flat one takes a hundredth.
	if n := Width * Height; len(data) < n/16 || len(data) > n/2 {
		t.Errorf("%d bytes for %d pixels", len(data), n)
	}
}

func TestAffine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-50, 50)
		p := pt{v.Draw(t, "x"), v.Draw(t, "y")}
		m := about(pt{v.Draw(t, "cx"), v.Draw(t, "cy")}, rapid.Float64Range(-4, 4).Draw(t, "angle")).then(affine{a: 2, d: -3, e: 5, f: 7})
		if q := m.inverse().apply(m.apply(p)); q.sub(p).len() > 1e-6 {
			t.Errorf("%v came back as %v", p, q)
		}
	})
}
