package demo

import (
	"math/rand/v2"

	"styleshare/internal/demo/sketch"
)

// shade is a colour that clothes come in.
type shade struct {
	ko, en string
	rgb    sketch.RGB
}

// neutrals go with everything, accents with neutrals; an outfit has one accent at most.
var (
	white    = shade{"화이트", "white", sketch.Hex(0xf8f5ee)}
	ivory    = shade{"아이보리", "ivory", sketch.Hex(0xf1e8d8)}
	black    = shade{"블랙", "black", sketch.Hex(0x2a282c)}
	charcoal = shade{"차콜", "charcoal", sketch.Hex(0x4c4d52)}
	grey     = shade{"그레이", "grey", sketch.Hex(0xa9aaac)}
	beige    = shade{"베이지", "beige", sketch.Hex(0xd8c4a4)}
	camel    = shade{"카멜", "camel", sketch.Hex(0xb98d5f)}
	chocolat = shade{"브라운", "brown", sketch.Hex(0x6e4a35)}
	navy     = shade{"네이비", "navy", sketch.Hex(0x2c3a5a)}
	khaki    = shade{"카키", "khaki", sketch.Hex(0x6d6f52)}

	sky      = shade{"하늘색", "sky blue", sketch.Hex(0xb9d3e8)}
	sage     = shade{"세이지", "sage", sketch.Hex(0xa3b296)}
	forest   = shade{"딥그린", "forest green", sketch.Hex(0x2f5a4b)}
	burgundy = shade{"버건디", "burgundy", sketch.Hex(0x7b2b38)}
	red      = shade{"레드", "red", sketch.Hex(0xc2423b)}
	pink     = shade{"핑크", "pink", sketch.Hex(0xf0c0c2)}
	lavender = shade{"라벤더", "lavender", sketch.Hex(0xc3b6dd)}
	mustard  = shade{"머스터드", "mustard", sketch.Hex(0xd6a340)}
	butter   = shade{"버터색", "butter yellow", sketch.Hex(0xf3e3a4)}
	cobalt   = shade{"코발트", "cobalt", sketch.Hex(0x3a62ad)}

	lightWash = shade{"연청", "light-wash", sketch.Hex(0x9dbad3)}
	midWash   = shade{"중청", "mid-wash", sketch.Hex(0x6688ae)}
	rawWash   = shade{"생지", "raw", sketch.Hex(0x2f3f60)}
)

var (
	accents = []shade{sky, sage, forest, burgundy, red, pink, lavender, mustard, butter, cobalt}
	topsIn  = []shade{white, ivory, black, grey, beige, navy, charcoal}
	outerIn = []shade{camel, beige, charcoal, black, navy, khaki, chocolat, grey}
	bottoms = []shade{black, charcoal, beige, ivory, chocolat, khaki, navy, grey}
	washes  = []shade{lightWash, midWash, rawWash}
	leather = []shade{black, chocolat, burgundy, black}
)

// piece is one thing worn, as pictures and captions need it.
type piece struct {
	part    sketch.Part
	kind    garment
	colour  shade
	pattern sketch.Pattern
}

// dress is an outfit that is being put together.
type dress struct {
	sketch.Outfit
	pieces []piece
	accent shade
	used   bool // the accent
}

// cloth takes a colour from the list, or the accent once, unless it is the neighbour's colour, which would look like one garment.
func (d *dress) cloth(rng *rand.Rand, in []shade, accentIn int, not shade) shade {
	if !d.used && chance(rng, accentIn) {
		d.used = true
		return d.accent
	}
	for {
		if c := pick(rng, in); c != not {
			return c
		}
	}
}

func (d *dress) add(part sketch.Part, g garment, c shade, p sketch.Pattern) {
	d.pieces = append(d.pieces, piece{part, g, c, p})
}

// dressUp chooses what goes together.
func dressUp(p Person, rng *rand.Rand) dress {
	d := dress{accent: pick(rng, accents)}
	d.pickBottom(p, rng)
	d.pickTop(rng)
	d.pickOuter(rng)
	d.pickShoes(rng)
	d.pickBag(rng)
	d.pickHat(rng)
	return d
}

func (d *dress) pickBottom(p Person, rng *rand.Rand) {
	kinds := []sketch.BottomKind{sketch.Jeans, sketch.Jeans, sketch.Slacks, sketch.Slacks, sketch.Cargo, sketch.Shorts}
	if p.skirts {
		kinds = []sketch.BottomKind{sketch.Jeans, sketch.Jeans, sketch.Slacks, sketch.PleatedSkirt, sketch.PleatedSkirt, sketch.LongSkirt, sketch.LongSkirt, sketch.Shorts, sketch.Cargo}
	}
	d.Bottom = pick(rng, kinds)
	if d.Bottom == sketch.Jeans {
		c := pick(rng, washes)
		d.BottomCloth = sketch.Cloth{Base: c.rgb, Accent: c.rgb.Mix(sketch.Hex(0xffffff), 0.4), Pattern: sketch.Denim}
		d.add(sketch.BottomPart, bottomNames[d.Bottom], c, sketch.Plain)
		return
	}
	c, pattern := d.cloth(rng, bottoms, 6, shade{}), sketch.Plain
	d.BottomCloth = sketch.Cloth{Base: c.rgb}
	if d.Bottom == sketch.PleatedSkirt && chance(rng, 2) {
		pattern = sketch.Check
		d.BottomCloth = sketch.Cloth{Base: c.rgb, Accent: contrast(c.rgb), Pattern: pattern}
	}
	d.add(sketch.BottomPart, bottomNames[d.Bottom], c, pattern)
}

// contrast is a colour for a pattern on another.
func contrast(c sketch.RGB) sketch.RGB {
	if c.Luma() > 120 {
		return c.Mix(sketch.Hex(0x2b2b3d), 0.55)
	}
	return c.Mix(sketch.Hex(0xf7f1e4), 0.5)
}

func (d *dress) pickTop(rng *rand.Rand) {
	d.Top = pick(rng, []sketch.TopKind{sketch.Tee, sketch.Tee, sketch.Shirt, sketch.Shirt, sketch.Hoodie, sketch.Knit, sketch.Knit, sketch.Sweatshirt, sketch.Turtleneck})
	c := d.cloth(rng, topsIn, 2, d.pieces[0].colour)
	pattern := sketch.Plain
	switch {
	case d.Top == sketch.Tee && chance(rng, 2), d.Top == sketch.Knit && chance(rng, 3):
		pattern = sketch.Stripes
	case d.Top == sketch.Shirt && chance(rng, 2):
		pattern = pick(rng, []sketch.Pattern{sketch.Lines, sketch.Gingham, sketch.Check})
	case d.Top == sketch.Tee && chance(rng, 6):
		pattern = sketch.Dots
	}
	d.TopCloth = sketch.Cloth{Base: c.rgb, Accent: contrast(c.rgb), Pattern: pattern}
	d.add(sketch.TopPart, topNames[d.Top], c, pattern)
}

func (d *dress) pickOuter(rng *rand.Rand) {
	if d.Top == sketch.Hoodie || chance(rng, 2) {
		return
	}
	d.Outer = pick(rng, []sketch.OuterKind{sketch.Coat, sketch.Coat, sketch.Blazer, sketch.Blazer, sketch.Cardigan, sketch.Trucker, sketch.Windbreaker})
	c, pattern := d.cloth(rng, outerIn, 3, d.pieces[1].colour), sketch.Plain
	d.OuterCloth = sketch.Cloth{Base: c.rgb, Accent: contrast(c.rgb)}
	switch {
	case d.Outer == sketch.Trucker:
		c = pick(rng, washes)
		d.OuterCloth = sketch.Cloth{Base: c.rgb, Accent: c.rgb.Mix(sketch.Hex(0xffffff), 0.4), Pattern: sketch.Denim}
	case d.Outer == sketch.Blazer && chance(rng, 3), d.Outer == sketch.Coat && chance(rng, 5):
		pattern = sketch.Check
		d.OuterCloth.Pattern = pattern
	}
	d.add(sketch.OuterPart, outerNames[d.Outer], c, pattern)
}

func (d *dress) pickShoes(rng *rand.Rand) {
	kinds := []sketch.ShoeKind{sketch.Sneakers, sketch.Sneakers, sketch.Canvas, sketch.Loafers}
	if d.Bottom == sketch.PleatedSkirt || d.Bottom == sketch.LongSkirt {
		kinds = []sketch.ShoeKind{sketch.Boots, sketch.Loafers, sketch.Sneakers, sketch.Canvas}
	}
	d.Shoes = pick(rng, kinds)
	in := leather
	if d.Shoes == sketch.Sneakers || d.Shoes == sketch.Canvas {
		in = []shade{white, white, ivory, black, grey, navy}
	}
	c := d.cloth(rng, in, 7, shade{})
	d.ShoeCloth = sketch.Cloth{Base: c.rgb, Accent: pick(rng, []shade{forest, navy, grey, burgundy, beige}).rgb}
	d.add(sketch.ShoePart, shoeNames[d.Shoes], c, sketch.Plain)
}

func (d *dress) pickBag(rng *rand.Rand) {
	if chance(rng, 3) {
		return
	}
	d.Bag = pick(rng, []sketch.BagKind{sketch.Tote, sketch.Tote, sketch.Crossbody, sketch.Shoulder, sketch.Shoulder, sketch.Backpack})
	in := leather
	if d.Bag == sketch.Tote || d.Bag == sketch.Backpack {
		in = []shade{ivory, black, beige, navy, khaki}
	}
	c := d.cloth(rng, in, 3, shade{})
	d.BagCloth = sketch.Cloth{Base: c.rgb, Accent: contrast(c.rgb)}
	d.add(sketch.BagPart, bagNames[d.Bag], c, sketch.Plain)
}

func (d *dress) pickHat(rng *rand.Rand) {
	if !chance(rng, 4) {
		return
	}
	d.Hat = pick(rng, []sketch.HatKind{sketch.BallCap, sketch.BallCap, sketch.Beanie, sketch.Bucket, sketch.Beret})
	c := d.cloth(rng, []shade{black, navy, grey, beige, khaki, chocolat}, 2, shade{})
	d.HatCloth = sketch.Cloth{Base: c.rgb, Accent: contrast(c.rgb)}
	d.add(sketch.HatPart, hatNames[d.Hat], c, sketch.Plain)
}
