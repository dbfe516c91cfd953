package caption

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxAsk bounds the work on a comment: nobody needs more bytes to ask for nothing but item info.
const maxAsk = 400

// IsItemInfoRequest says whether a whole comment only asks what an item is or where it is from: "정보 좀요",
// "ㅈㅂㅈㅇ", "신발 정보 좀 알 수 있을까요?", "item info pls". Praise, thanks or anything else beside the ask makes
// it an ordinary comment, because clients may fold the ones that are asks and nothing more.
func IsItemInfoRequest(body string) bool {
	if len(body) > maxAsk {
		return false
	}
	s := askMention.ReplaceAllString(strings.ToLower(norm.NFC.String(body)), " ")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		return askKorean.MatchString(compactKorean(s))
	}
	return askEnglish.MatchString(strings.ReplaceAll(s, " s ", "s ")) // "where's" is one word
}

// compactKorean takes out what carries no meaning: spaces, which Koreans put where they like, and crying and laughing.
func compactKorean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || strings.ContainsRune("ㅠㅜㅋㅎㅡ", r) {
			return -1
		}
		return r
	}, s)
	for len(s) > 0 { // "정보 좀요요요"
		r, n := utf8.DecodeLastRuneInString(s)
		if !strings.HasSuffix(s[:len(s)-n], string(r)) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

var (
	askMention = regexp.MustCompile(`(^|[^a-z0-9_.])[@＠][a-z0-9_.]+(님|언니|오빠)?`)

	askKorean = regexp.MustCompile(`^(` + koreanPlea + `|` + koreanThing + `)*(` + koreanAsk + `)(` +
		koreanPlea + `|` + koreanThing + `|` + koreanAsk + `)*$`)

	askEnglish = regexp.MustCompile(`^((` + englishHello + `) )*((` + englishPlea + `|` + englishThing + `) )*(` + englishAsk + `)( (` +
		englishClose + `|` + englishThing + `|` + englishAsk + `))*$`)
)

// Words that surround an ask without adding anything to it. One that has two meanings (이, 와) stands once.
const (
	koreanPlea = `안녕하세요|혹시|저도|저|저기|저기요|언니|오빠|누나|형|제발|플리즈|부탁해요|부탁드려요|부탁드립니다|please|pls|plz|죄송한데|죄송하지만|실례지만|헉|오`

	koreanThing = `오늘|전체|전부|모두|다른|입으신|입은|신으신|신은|드신|메신|쓰신|하신|이|그|이거|저거|이것|요거|` +
		`검은|검정|검정색|블랙|하얀|흰|흰색|화이트|아이보리|베이지|회색|그레이|파란|블루|네이비|초록|그린|카키|빨간|레드|핑크|분홍|노란|옐로우|갈색|브라운|보라|퍼플|체크|스트라이프|줄무늬|` +
		`옷|item|코디|룩|착장|아우터|겉옷|상의|하의|코트|자켓|재킷|블레이저|패딩|점퍼|후드|후드티|후드집업|맨투맨|니트|가디건|셔츠|남방|블라우스|티|티셔츠|반팔|나시|조끼|` +
		`바지|청바지|데님|슬랙스|반바지|치마|스커트|원피스|레깅스|신발|구두|운동화|스니커즈|로퍼|부츠|샌들|양말|스타킹|` +
		`가방|백팩|에코백|크로스백|숄더백|토트백|모자|비니|캡|볼캡|버킷햇|안경|선글라스|시계|목걸이|귀걸이|반지|팔찌|벨트|머플러|목도리|스카프|헤어|머리|립|틴트|화장|메이크업|네일|향수|폰케이스|케이스|` +
		`색상|사이즈|브랜드|제품|상품|아이템|구매|구입|가격|이랑|랑|하고|하구|과|와|및|도|는|은|가|를|을|의|만|들|색`

	koreanAsk = `(정보|졍보|쩡보|인포|info|제품명|품번|브랜드명|구매처|구입처|링크)(도|를|을|는|은|가|만|이)?(좀|쫌|조금|죰|한번)?` +
		`(요|여|욤|욥|용|유|염|얌|이요|이여|이용|(알려|가르쳐|공유해|남겨)?(줘|줘요|주세요|주세여|주세용|주셔요|주쉐요|주실수있나요|주실수있을까요|주실수있으세요|주시면안될까요|주시면감사하겠습니다|주시면감사해요|주라)|` +
		`부탁|부탁요|부탁해요|부탁드려요|부탁드립니다|부탁드릴게요|부탁드려도될까요|부탁합니다|(알|얻을|받을)수있(나요|을까요|어요|을까여|나여)|(알고싶어요|궁금해요|궁금합니다|있나요|있을까요|있으세요|뭐예요|뭐에요|뭔가요|어디예요|어디에요|어딘가요|물어봐도될까요|여쭤봐도될까요))?` +
		`|ㅈㅂ(ㅈ|좀)?[ㅇㅛㅠ요여]?|ㅈㅂㅈㅅㅇ` +
		`|어디(꺼|거|껀|건|제품|브랜드)(예요|에요|이에요|인가요|인지|인지요|에여|예여|임|죠|이죠|지요|야|요|입니까)?(궁금해요|알려주세요|알수있을까요|알수있나요)?` +
		`|어디서(사셨어요|사셨나요|샀어요|사신거예요|사신거에요|구매하셨어요|구매하셨나요|구매하신건가요|살수있나요|살수있어요|파나요)` +
		`|(어느|무슨)브랜드(예요|에요|인가요|제품이에요|제품인가요|입니까|꺼예요|꺼에요)?`

	englishHello = `hi|hey|hello|omg|sorry|so|and|also|sis|girl|dear|pls|plz|please|pretty please`
	// What may stand between the greeting and the thing: "can I get the", "would love to know".
	englishPlea = `(can|could|may|might) (i|we) (please )?(get|have|know|ask|see)|(can|could|would|will) (you|u) (please |pls )?(give|tell|share|drop|send|post)|` +
		`(i|we) (really |just )?(need|want)|(i|we) would (like|love)|(i|we) d (like|love)|need|give|tell|share|drop|send|me|us|for|about|any|some|more|a|an|the|this|that|these|those|your|ur|all|on|of`
	englishClose = `pls|plz|please|asap|thanks|thank you|thx|ty|too|as well|for|on|of|about|with|the|this|that|these|those|your|ur|and|everything|all`

	englishThing = `item|items|outfit|fit|look|clothes|top|shirt|tee|t|tshirt|blouse|knit|sweater|cardigan|hoodie|jacket|coat|blazer|outer|vest|bottom|bottoms|pants|jeans|denim|trousers|slacks|skirt|shorts|dress|shoe|shoes|sneakers|loafers|boots|sandals|heels|socks|bag|tote|backpack|purse|hat|cap|beanie|glasses|sunglasses|watch|necklace|earrings|ring|belt|scarf|` +
		`black|white|grey|gray|beige|brown|blue|navy|green|red|pink|yellow|purple|striped|checked|plaid|product|brand|purchase|shopping`

	englishAsk = `info|infos|information|details|deets|id|link|links|w2c|sauce|brand name` +
		`|(where|wheres|where is|where are|where was|where were) ((the|this|that|these|those|your|ur|it|they) )?((` + englishThing + `) )*from` +
		`|where (did|do|can|could) (you|u|i|we|one) (buy|get|find|cop|bought) ((the|this|that|these|those|your|ur|it|them) ?)?((` + englishThing + `) ?)*` +
		`|(what|which|whats) brand( (is|are))?( (the|this|that|these|those|your|ur|it|they))?( (` + englishThing + `))*`
)
