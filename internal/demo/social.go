package demo

import (
	"math/rand/v2"
	"slices"
	"strings"

	"styleshare/internal/demo/sketch"
)

// minjiFollows is how many people the demo account follows, so that its feed is full.
const minjiFollows = 12

func (s *Set) follow(rng *rand.Rand) {
	for i, p := range s.People {
		n := 4 + rng.IntN(8)
		if i == 0 {
			n = minjiFollows
		}
		for _, j := range rng.Perm(len(s.People)) {
			if j != i && n > 0 {
				s.Follows = append(s.Follows, Follow{p.Username, s.People[j].Username})
				n--
			}
		}
	}
}

func (s *Set) like(rng *rand.Rand) {
	for i, st := range s.Styles {
		n := rng.IntN(PeopleCount / 2)
		for _, j := range rng.Perm(PeopleCount)[:n] {
			if name := s.People[j].Username; name != st.Author {
				s.Likes = append(s.Likes, Like{i, name})
			}
		}
	}
}

// comment lets up to four people say something about each style; who asks for item info often gets an answer.
func (s *Set) comment(rng *rand.Rand) {
	for i := range s.Styles {
		st := &s.Styles[i]
		said := map[string]bool{}
		for _, j := range rng.Perm(PeopleCount)[:rng.IntN(5)] {
			p := s.People[j]
			if p.Username == st.Author {
				continue
			}
			if chance(rng, 5) {
				s.ask(i, p, rng)
				continue
			}
			if body := st.praise(p, rng); !said[body] {
				said[body] = true
				s.add(i, p.Username, body, -1)
			}
		}
	}
}

// add appends a comment and returns its index.
func (s *Set) add(style int, author, body string, replyTo int) int {
	s.Comments = append(s.Comments, Comment{style, author, body, replyTo})
	return len(s.Comments) - 1
}

func (st *Style) praise(p Person, rng *rand.Rand) string {
	t := talks[p.Locale]
	body := st.fill(pick(rng, st.sayable(t.praise, p.Locale)), p.Locale)
	if chance(rng, 8) {
		body = "@" + st.Author + " " + body
	}
	return body
}

// ask asks for item info; the author answers about an item that was meant, where one is tagged.
func (s *Set) ask(style int, p Person, rng *rand.Rand) {
	st := &s.Styles[style]
	about := pick(rng, append(st.worn(), anything, anything))
	n := s.add(style, p.Username, pick(rng, talks[p.Locale].asks[about]), -1)
	items := slices.DeleteFunc(slices.Clone(st.Items), func(it Item) bool { return about != anything && it.part != about })
	if len(items) == 0 || chance(rng, 3) {
		return
	}
	it := pick(rng, items)
	answer := strings.NewReplacer("@", "@"+p.Username, "{brand}", it.Brand, "{item}", it.Name).Replace(pick(rng, talks[s.person(st.Author).Locale].answers))
	s.add(style, st.Author, answer, n)
}

// anything stands for an ask that names no part.
const anything sketch.Part = -1

func (st *Style) worn() (parts []sketch.Part) {
	for _, p := range st.pieces {
		parts = append(parts, p.part)
	}
	return parts
}

func (s *Set) person(username string) Person {
	return s.People[slices.IndexFunc(s.People, func(p Person) bool { return p.Username == username })]
}

// talk is what is said in comments in one language.
type talk struct {
	praise, answers []string
	asks            map[sketch.Part][]string
}

var talks = map[string]talk{
	"ko": {
		praise: []string{
			"너무 예뻐요!!", "색 조합 미쳤다 😍", "오늘도 잘 보고 갑니다", "{hero} 진짜 잘 어울려요", "비율 무슨 일이에요…", "{low} 핏 예쁘다", "{shoe} 귀여워요 ㅠㅠ", "사진 분위기 너무 좋아요", "저도 내일 이렇게 입어야겠어요",
			"{hero} 색 너무 예쁘네요", "완전 제 취향이에요", "따라 사고 싶다…", "역시 믿고 보는 코디 👍", "{bag} 포인트 좋네요", "ㅋㅋㅋ 표정 뭐예요 귀여워", "{top} 이런 느낌 찾고 있었어요", "여기 어디예요? 저도 가보고 싶어요", "{hat} 잘 어울리는 사람 부럽다", "❤️❤️", "실물로 봤는데 더 예뻤음",
		},
		asks: map[sketch.Part][]string{
			anything:          {"정보 좀요", "정보 좀요!!", "ㅈㅂㅈㅇ", "옷 정보 좀 알 수 있을까요?", "정보 부탁드려요 🙏", "저도 정보요", "정보 알려주세요~"},
			sketch.TopPart:    {"상의 정보 좀요", "상의 정보 궁금해요!"},
			sketch.OuterPart:  {"아우터 정보 좀 주세요", "겉옷 어디 거예요?"},
			sketch.BottomPart: {"하의 정보 좀요", "하의 정보 부탁드려요"},
			sketch.ShoePart:   {"신발 정보 좀요ㅠㅠ", "신발 정보 좀 알려주세요"},
			sketch.BagPart:    {"가방 정보 궁금해요!", "가방 정보 좀요"},
			sketch.HatPart:    {"모자 정보 좀요", "모자 어디 거예요?"},
		},
		answers: []string{
			"@ {brand} 거예요! '{item}' 검색하면 나와요.", "@ {brand} {item}입니다 :)", "@ 사진에 태그해 뒀어요! {brand} 제품이에요.", "@ 작년에 {brand}에서 샀어요. 아직 있을지 모르겠네요 ㅠ",
		},
	},
	"en": {
		praise: []string{
			"Love this!", "The colours 😍", "Obsessed with the {hero}", "That {hero} is perfect on you", "Okay the {low} fit is unreal", "Need to try this combo", "The {shoe} though", "This whole mood, yes", "You always get the proportions right",
			"Adding this to my inspo board", "How is this so effortless", "The {bag} is such a good touch", "Stealing this for tomorrow", "Great photo too!", "The {hat} ties it together", "👏👏", "So good", "Where was this taken?",
		},
		asks: map[sketch.Part][]string{
			anything:          {"info pls", "item info please!", "id?", "outfit details please", "Need info!"},
			sketch.TopPart:    {"what brand is the top?", "top info please"},
			sketch.OuterPart:  {"where is the jacket from?", "outer info pls"},
			sketch.BottomPart: {"info on the bottoms please", "id on the bottoms?"},
			sketch.ShoePart:   {"shoes info please 🙏", "where did you get the shoes?"},
			sketch.BagPart:    {"where is the bag from?", "bag link please"},
			sketch.HatPart:    {"hat info pls", "where is the hat from?"},
		},
		answers: []string{"@ it's the {item} by {brand}!", "@ {brand}, bought last month and it was still in stock.", "@ tagged it on the photo, it's {brand} :)", "@ {brand}! Runs a little big, fyi."},
	},
}
