package sketch

// TopKind is what is worn on the upper body.
type TopKind int

// The tops.
const (
	Tee TopKind = iota
	Shirt
	Hoodie
	Knit
	Sweatshirt
	Turtleneck
)

// OuterKind is what is worn over the top.
type OuterKind int

// The outers.
const (
	NoOuter OuterKind = iota
	Coat
	Blazer
	Cardigan
	Trucker // a short denim jacket
	Windbreaker
)

// BottomKind is what is worn below the waist.
type BottomKind int

// The bottoms.
const (
	Jeans BottomKind = iota
	Slacks
	PleatedSkirt
	LongSkirt
	Shorts
	Cargo
)

// ShoeKind is what is worn on the feet.
type ShoeKind int

// The shoes.
const (
	Sneakers ShoeKind = iota
	Loafers
	Boots
	Canvas
)

// BagKind is what is carried.
type BagKind int

// The bags.
const (
	NoBag BagKind = iota
	Tote
	Crossbody
	Backpack
	Shoulder
)

// HatKind is what is worn on the head.
type HatKind int

// The hats.
const (
	NoHat HatKind = iota
	BallCap
	Beanie
	Bucket
	Beret
)

// Outfit is one set of clothes.
type Outfit struct {
	Top         TopKind
	TopCloth    Cloth
	Outer       OuterKind
	OuterCloth  Cloth
	Bottom      BottomKind
	BottomCloth Cloth
	Shoes       ShoeKind
	ShoeCloth   Cloth
	Bag         BagKind
	BagCloth    Cloth
	Hat         HatKind
	HatCloth    Cloth
}

// tucked says whether the top goes into the bottom.
func (o Outfit) tucked() bool {
	return (o.Bottom == PleatedSkirt || o.Bottom == LongSkirt || o.Bottom == Slacks) && o.Top != Hoodie && o.Top != Sweatshirt
}

// HairKind is a haircut.
type HairKind int

// The haircuts.
const (
	Crop  HairKind = iota // short, up
	Comma                 // short, parted over the forehead
	Bob
	BobBangs
	Long
	LongBangs
	Wavy
	Ponytail
	Bun
	Bowl
)

// Look is what stays the same about a person from picture to picture.
type Look struct {
	Skin, Hair RGB
	Cut        HairKind
	Glasses    bool
	Freckles   bool
	Broad      bool // wide shoulders
}
