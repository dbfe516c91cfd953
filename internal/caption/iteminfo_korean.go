package caption

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// isKoreanAsk takes lower-case words.
func isKoreanAsk(s string) bool { return koreanAsk.MatchString(compactKorean(s)) }

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

// Words that surround an ask without adding anything to it, written without spaces. One that has two meanings (이, 와)
// stands once.
const (
	koreanPlea = `안녕하세요|혹시|저도요?|저두요?|나도|나두|저|저기|저기요|언니|언냐|오빠|옵|누나|형|님|제발|플리즈|플리주|부탁해요|부탁드려요|부탁드립니다|please|pls|plz|` +
		`죄송한데|죄송하지만|실례지만|헉|오`

	// What is shown how and where.
	koreanLook = `오늘|전체|전부|모두|다른|풀|위에|아래|안에|겉에|입으신|입은|신으신|신은|드신|메신|쓰신|쓴|하신|이|그|이거|저거|이것|요거|` +
		`왼쪽|오른쪽|가운데|(?:첫|두|세|네|다섯|[1-9])(?:번째|번)|마지막|사진|의|에|` +
		`검은|검정|검정색|블랙|하얀|흰|흰색|화이트|아이보리|베이지|회색|그레이|파란|블루|네이비|초록|그린|카키|빨간|레드|핑크|분홍|노란|옐로우|갈색|브라운|보라|퍼플|체크|스트라이프|줄무늬|색|색상`

	koreanItem = `옷|item|코디|룩|착장|아우터|겉옷|상의|하의|코트|자켓|재킷|블레이저|패딩|점퍼|후드|후드티|후드집업|맨투맨|니트|가디건|셔츠|남방|블라우스|티|티셔츠|반팔|나시|조끼|` +
		`바지|청바지|데님|슬랙스|반바지|치마|스커트|원피스|레깅스|신발|구두|운동화|스니커즈|로퍼|부츠|샌들|양말|스타킹|` +
		`가방|백팩|에코백|크로스백|숄더백|토트백|모자|비니|캡|볼캡|버킷햇|안경|선글라스|시계|목걸이|귀걸이|반지|팔찌|벨트|머플러|목도리|스카프|장갑|` +
		`헤어|머리|렌즈|립|틴트|화장|메이크업|네일|향수|폰케이스|케이스|제품|상품|아이템`

	koreanParticle = `이랑|랑|하고|하구|과|와|및|도|는|은|가|이|를|을|의|만|들`

	// What somebody wants to know. The weak ones are an ask only together with one.
	koreanInfo = `정보|졍보|쩡보|인포|info|제품명|상품명|모델명|품명|품번|브랜드명|구매처|구입처|판매처|링크|좌표`
	koreanWeak = `브랜드|가격|사이즈|구매|구입`
)

// How an ask ends.
const (
	koreanLittle = `좀|쫌|조금|죰|점|쩜|즘|한번`

	koreanPolite = `요|여|욤|욥|용|유|염|얌|이요|이여|이용`

	koreanCan = `수있(?:나|을까|어|으세|으실까|으신가|을런지|는지|으려나)(?:요|여|용|욤)?`

	koreanGive = `(?:알려|가르쳐|갈켜|공유해|남겨|적어|말해)?(?:줘|줘요|줘용|주라|줘라|주셈|주세[요여용염욤]|주셔요|주쉐요|주십시오|줄래요|주실래[요여용]|주시겠어[요여용]|` +
		`주실` + koreanCan + `|줄` + koreanCan + `|주(?:시|심|)면?안(?:될까|되나|돼|되)[요여용]|주시면감사(?:하겠습니다|합니다|해요))`

	koreanFavour = `(?:공유|공개)?(?:부탁(?:해|드려|드릴게|드릴께|이)?[요여용]?|부탁드?립니[다당]|부탁(?:합니[다당]|드려도될까[요여용])|가능(?:할까|한가|하나|하신가|하실까)[요여용])`

	koreanWant = `(?:알|얻을|받을|들을)` + koreanCan + `|구해요|구합니다|원해요|필요해요|알고싶(?:어|네)[요여용]|알고싶습니다|궁금(?:해|하네)?[요여용]|궁금합니[다당]|` +
		`있(?:나|을까|으세|으신가)[요여용]|(?:물어|여쭤)봐도(?:될까|되나|돼|되)[요여용]`

	koreanWhat = `(?:뭐|어디|얼마)(?:예|에|이에|이예|인가|죠)[요여염욤]|(?:뭔가|무엇인가|어딘가)[요여]|(?:뭐|어디|얼마)(?:야|임|죠)|어떻게(?:되나|되세|돼)[요여]`

	koreanIs = `예요|에요|이에요|이예요|인가요|인지|인지요|에여|예여|에염|예염|이에염|임|죠|이죠|지요|야|이야|요|입니까|일까요|가요|가여|나요`
)

var koreanAsk = func() *regexp.Regexp {
	thing := anyOf(anyOf(koreanLook)+`[은는도을를이]?`, anyOf(koreanItem, koreanWeak)+anyOf(koreanParticle)+`?`)
	some := anyOf(koreanParticle) + `?` + anyOf(koreanLittle) + `?`
	tail := anyOf(koreanPolite, koreanGive, koreanFavour, koreanWant, koreanWhat)
	learn := anyOf(`궁금해요`, `궁금합니다`, `알려주세요`, `알려주실`+koreanCan, `알`+koreanCan)
	ask := anyOf(
		anyOf(koreanInfo)+some+tail+`?`,
		anyOf(koreanWeak)+some+tail,
		anyOf(koreanItem)+`의?이름`+some+tail,
		`ㅈㅂ(?:ㅈ|좀)?[ㅇㅛㅠ요여]?`, `ㅈㅂㅈㅅㅇ`,
		`어디(?:꺼|거|껀|건|것|제품|브랜드)`+anyOf(koreanIs)+`?`+learn+`?`,
		`어디`+anyOf(koreanItem)+anyOf(koreanIs)+learn+`?`,
		`어디서(?:사셨|샀|구매하셨|구입하셨|구하셨)(?:어|나)[요여용]?`, `어디서(?:샀|사셨|구매하셨)는지(?:요|`+learn+`)`,
		`어디서(?:사신|구매하신|구입하신|산)(?:거예요|거에요|건가요|건지요|건지`+learn+`)`,
		`어디서(?:살|구매할|구입할|구할)`+koreanCan, `어디서(?:사|파|팔아|사나|파나|구매하나)[요여용]`,
		`(?:어느|무슨)브랜드(?:제품|꺼|거)?`+anyOf(koreanIs)+`?`+learn+`?`,
		`얼마`+anyOf(koreanIs),
	)
	around := anyOf(koreanPlea, thing)
	return regexp.MustCompile(`^` + around + `*` + ask + anyOf(koreanPlea, ask, thing, `요`) + `*[오어아우웅옹엉앙]?$`)
}()
