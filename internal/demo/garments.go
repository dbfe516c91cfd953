package demo

import (
	"strings"

	"styleshare/internal/demo/sketch"
)

// garment is what people call a thing, what it costs about, and the words shops put before it.
type garment struct {
	ko, en   string
	tagKo    string // the hashtag people use
	tagEn    string
	won      int // usual price
	cutsKo   []string
	cutsEn   []string
	pluralEn bool
}

var (
	topNames = map[sketch.TopKind]garment{
		sketch.Tee:        {"티셔츠", "tee", "티셔츠코디", "teeshirt", 29000, []string{"오버핏", "베이직", "피그먼트"}, []string{"Boxy", "Heavyweight", "Everyday"}, false},
		sketch.Shirt:      {"셔츠", "shirt", "셔츠코디", "shirtstyle", 49000, []string{"오버핏", "릴렉스", "코튼"}, []string{"Relaxed", "Poplin", "Washed"}, false},
		sketch.Hoodie:     {"후드티", "hoodie", "후드티코디", "hoodie", 59000, []string{"헤비", "오버핏", "기모"}, []string{"Heavy", "Boxy", "Loopback"}, false},
		sketch.Knit:       {"니트", "knit", "니트코디", "knitwear", 69000, []string{"울 블렌드", "케이블", "소프트"}, []string{"Lambswool", "Chunky", "Soft"}, false},
		sketch.Sweatshirt: {"맨투맨", "sweatshirt", "맨투맨코디", "sweatshirt", 45000, []string{"로고", "릴렉스", "특양면"}, []string{"Loopback", "Relaxed", "Crewneck"}, false},
		sketch.Turtleneck: {"터틀넥", "turtleneck", "터틀넥", "turtleneck", 39000, []string{"골지", "슬림", "울"}, []string{"Ribbed", "Fine", "Merino"}, false},
	}
	outerNames = map[sketch.OuterKind]garment{
		sketch.Coat:        {"코트", "coat", "코트코디", "coatseason", 219000, []string{"핸드메이드", "롱", "울 블렌드"}, []string{"Double-faced", "Long", "Wool"}, false},
		sketch.Blazer:      {"블레이저", "blazer", "블레이저", "blazer", 129000, []string{"싱글", "오버핏", "울"}, []string{"Single-breasted", "Oversized", "Soft"}, false},
		sketch.Cardigan:    {"가디건", "cardigan", "가디건코디", "cardigan", 79000, []string{"크롭", "알파카", "브이넥"}, []string{"Alpaca", "V-neck", "Slouchy"}, false},
		sketch.Trucker:     {"청자켓", "denim jacket", "청자켓", "denimjacket", 89000, []string{"크롭", "워싱", "셀비지"}, []string{"Cropped", "Washed", "Selvedge"}, false},
		sketch.Windbreaker: {"바람막이", "windbreaker", "바람막이", "windbreaker", 99000, []string{"라이트", "배색", "나일론"}, []string{"Light", "Colour-block", "Packable"}, false},
	}
	bottomNames = map[sketch.BottomKind]garment{
		sketch.Jeans:        {"데님", "jeans", "데님", "denim", 69000, []string{"스트레이트", "세미와이드", "원턱"}, []string{"Straight", "Loose", "High-rise"}, true},
		sketch.Slacks:       {"슬랙스", "trousers", "와이드팬츠", "widepants", 59000, []string{"와이드", "원턱", "투턱"}, []string{"Wide", "Pleated", "Tailored"}, true},
		sketch.PleatedSkirt: {"플리츠 스커트", "pleated skirt", "플리츠스커트", "pleatedskirt", 49000, []string{"미디", "하이웨스트", "클래식"}, []string{"Midi", "High-waist", "Classic"}, false},
		sketch.LongSkirt:    {"롱스커트", "long skirt", "롱스커트", "longskirt", 55000, []string{"플레어", "밴딩", "주름"}, []string{"Flared", "Bias", "Sunray"}, false},
		sketch.Shorts:       {"반바지", "shorts", "반바지코디", "shorts", 39000, []string{"버뮤다", "치노", "원턱"}, []string{"Bermuda", "Chino", "Pleated"}, true},
		sketch.Cargo:        {"카고 팬츠", "cargo pants", "카고팬츠", "cargopants", 65000, []string{"와이드", "코튼", "파라슈트"}, []string{"Wide", "Ripstop", "Parachute"}, true},
	}
	shoeNames = map[sketch.ShoeKind]garment{
		sketch.Sneakers: {"스니커즈", "sneakers", "스니커즈", "sneakers", 119000, []string{"레트로", "스웨이드", "데일리"}, []string{"Retro", "Suede", "Court"}, true},
		sketch.Loafers:  {"로퍼", "loafers", "로퍼코디", "loafers", 139000, []string{"페니", "소가죽", "청키"}, []string{"Penny", "Leather", "Chunky"}, true},
		sketch.Boots:    {"부츠", "boots", "부츠코디", "boots", 159000, []string{"첼시", "앵클", "소가죽"}, []string{"Chelsea", "Ankle", "Leather"}, true},
		sketch.Canvas:   {"캔버스화", "canvas shoes", "캔버스화", "canvasshoes", 49000, []string{"로우", "빈티지", "하이"}, []string{"Low", "Vintage", "Deck"}, true},
	}
	bagNames = map[sketch.BagKind]garment{
		sketch.Tote:      {"에코백", "tote", "에코백", "totebag", 25000, []string{"코튼", "캔버스", "빅"}, []string{"Cotton", "Canvas", "Big"}, false},
		sketch.Crossbody: {"크로스백", "crossbody bag", "크로스백", "crossbody", 89000, []string{"미니", "소가죽", "스퀘어"}, []string{"Mini", "Leather", "Square"}, false},
		sketch.Backpack:  {"백팩", "backpack", "백팩", "backpack", 79000, []string{"나일론", "데일리", "라운드"}, []string{"Nylon", "Daily", "Round"}, false},
		sketch.Shoulder:  {"숄더백", "shoulder bag", "숄더백", "shoulderbag", 99000, []string{"호보", "소가죽", "미니"}, []string{"Hobo", "Leather", "Mini"}, false},
	}
	hatNames = map[sketch.HatKind]garment{
		sketch.BallCap: {"볼캡", "cap", "볼캡", "cap", 35000, []string{"로고", "워싱", "코튼"}, []string{"Logo", "Washed", "Six-panel"}, false},
		sketch.Beanie:  {"비니", "beanie", "비니", "beanie", 29000, []string{"와치", "골지", "울"}, []string{"Watch", "Ribbed", "Wool"}, false},
		sketch.Bucket:  {"버킷햇", "bucket hat", "버킷햇", "buckethat", 39000, []string{"코튼", "나일론", "리버시블"}, []string{"Cotton", "Nylon", "Reversible"}, false},
		sketch.Beret:   {"베레모", "beret", "베레모", "beret", 32000, []string{"울", "클래식", "니트"}, []string{"Wool", "Classic", "Felt"}, false},
	}
	patternNames = map[sketch.Pattern][2]string{
		sketch.Stripes: {"스트라이프", "striped"}, sketch.Lines: {"핀스트라이프", "pinstriped"}, sketch.Check: {"체크", "checked"}, sketch.Gingham: {"깅엄 체크", "gingham"}, sketch.Dots: {"도트", "polka-dot"},
	}
)

// label is how its wearer speaks of a piece: "네이비 스트라이프 티셔츠", "navy striped tee".
func (p piece) label(locale string) string {
	i, colour, noun := 0, p.colour.ko, p.kind.ko
	if locale == "en" {
		i, colour, noun = 1, p.colour.en, p.kind.en
	}
	if pattern, ok := patternNames[p.pattern]; ok {
		noun = pattern[i] + " " + noun
	}
	return colour + " " + noun
}

func words(s string) []string { return strings.Fields(s) }
