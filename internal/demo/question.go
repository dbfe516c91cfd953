package demo

import "math/rand/v2"

// Question is what somebody asks everybody. They are in the order in which they were asked.
type Question struct {
	Author, Body string
	Answers      []Answer
	// Accepted is the index of the answer that helped, -1 for none.
	Accepted int
}

// Answer is what somebody says to a question, and the look that they show with it.
type Answer struct {
	Author, Body string
	Style        int // index into Set.Styles, -1 for none
}

// Ask says that somebody asks what the items of a style are.
type Ask struct {
	Style    int // index into Set.Styles
	Username string
}

// asked are questions by language, with what is answered to them. Nobody has answered the last ones yet.
var asked = map[string][]struct {
	body    string
	answers []string
}{
	"ko": {
		{"키 160인데 와이드 슬랙스 길이 어떻게 고르세요?", []string{"저는 발등을 살짝 덮는 길이로 수선해요. 이 코디 참고해 보세요!", "굽 있는 신발이랑 입을 거면 2cm 길게요."}},
		{"가을 결혼식 하객룩 추천해 주세요. 너무 꾸민 느낌은 싫어요 ㅠㅠ", []string{"단정한 니트에 롱스커트 어때요?", "이런 톤이면 사진도 잘 나와요.", "검정만 피하면 괜찮아요 :)"}},
		{"흰 스니커즈 때 안 타게 신는 방법 있나요?", []string{"신기 전에 방수 스프레이 뿌리세요."}},
		{"면접 때 가방은 어떤 게 무난할까요?", []string{"A4 들어가는 토트백이요. 저는 이렇게 들었어요."}},
		{"요즘 트렌치코트 안에 뭐 입으세요?", nil},
		{"성수동에 빈티지 옷 가게 추천 부탁드려요!", nil},
	},
	"en": {
		{"What do you wear under a light coat when the mornings are cold and the afternoons are not?", []string{"A thin knit that fits into my bag. Like this one."}},
		{"Are wide jeans fine for an office without a dress code?", []string{"Yes, with clean shoes.", "I do it all the time, see this look."}},
		{"Which colours go with a camel coat besides black?", nil},
	},
}

// question has people ask and answer, in their language, and ask what items are where nobody has tagged any. It has random
// numbers of its own, so that the rest of the community stays what it was.
func (s *Set) question() {
	rng := rand.New(rand.NewPCG(2011, 2026))
	for _, locale := range []string{"ko", "en"} {
		speakers := s.speakers(locale)
		for _, q := range asked[locale] {
			order := rng.Perm(len(speakers))
			question := Question{Author: speakers[order[0]], Body: q.body, Accepted: -1}
			for i, body := range q.answers {
				answer := Answer{Author: speakers[order[1+i]], Body: body, Style: -1}
				if i == 0 {
					answer.Style = s.styleOf(answer.Author)
				}
				question.Answers = append(question.Answers, answer)
			}
			if len(q.answers) > 1 {
				question.Accepted = 0
			}
			s.Questions = append(s.Questions, question)
		}
	}
	for i := range s.Styles {
		if chance(rng, 6) {
			if name := s.People[rng.IntN(PeopleCount)].Username; name != s.Styles[i].Author {
				s.Asks = append(s.Asks, Ask{i, name})
			}
		}
	}
}

func (s *Set) speakers(locale string) (names []string) {
	for _, p := range s.People {
		if p.Locale == locale {
			names = append(names, p.Username)
		}
	}
	return names
}

// styleOf is somebody's first style; -1 for somebody without one.
func (s *Set) styleOf(username string) int {
	for i, st := range s.Styles {
		if st.Author == username {
			return i
		}
	}
	return -1
}
