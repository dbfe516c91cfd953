package caption

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// koreanAsks and englishAsks ask for item info and do nothing else.
var koreanAsks = []string{
	"정보좀요", "정보 좀요", "정보 좀요!!", "정보요", "정보여~", "정보 좀", "정보!", "정보좀요ㅠㅠㅠ", "정보 좀 주세요", "정보 좀 주실 수 있나요?", "정보 부탁드려요", "정보부탁드립니다 🙏", "정보 알려주세요",
	"정보 알 수 있을까요?", "정보 좀 알 수 있을까요??", "정보 궁금해요", "정보좀용ㅎㅎ", "ㅈㅂㅈㅇ", "ㅈㅂㅈㅇㅇㅇ", "ㅈㅂ", "ㅈㅂ요", "옷 정보 좀…", "신발 정보 좀요 ", "가방이랑 신발 정보 좀요", "검정 코트 정보 좀 부탁드려요",
	"저도 정보 좀요", "혹시 바지 정보 알 수 있을까요?", "@minji 정보 좀요", "@minji님 신발 정보 좀 알려주세요", "신발 정보 좀요 가방도 정보 좀요", "언니 정보 좀요ㅠ", "코트 어디 거예요?", "신발 어디꺼에요?",
	"자켓 어디서 사셨어요?", "이 가방 무슨 브랜드예요?", "링크 좀 주세요", "info 좀요", "정보 좀요 please", "#정보좀요", "❤️❤️ 정보 좀요", "신발 정보 좀요", "정보좀여", "정보죰요", "정보즘요", "정보좀욥", "정보 쫌요",
	"정보좀요오", "정보좀요오오", "정보좀여어", "정보좀용~", "정보 좀 주세용", "정보좀주세요ㅠㅠ", "정보 주세요", "정보줘요", "정보 줘", "정보 주라", "정보 좀 주시겠어요?", "정보 좀 주실래요?", "정보 좀 알려주실래요",
	"정보 알려주시겠어요?", "정보 알려주실 수 있으실까요?", "정보 알려 주실 수 있나요", "정보 좀 알려줄 수 있어요?", "정보 알 수 있나요?", "정보 알 수 있을까용", "정보 알수있을까여", "정보 얻을 수 있을까요", "정보 구해요",
	"정보 구합니다", "정보 원해요", "정보 필요해요", "정보 궁금합니다", "정보가 궁금해요", "정보 여쭤봐도 될까요?", "정보 물어봐도 돼요?", "정보 여쭤봐도 되나요", "정보 공유 부탁드려요", "정보 공유 가능할까요?", "정보 공유해주세요",
	"정보 가능할까요?", "정보 가능한가요", "정보공개 부탁드려요", "정보 부탁", "정보 부탁해용", "정보 부탁드립니당", "정보 부탁드려용", "정보 부탁드릴게용", "정보 부탁이요", "정보 플리즈", "정보 플리즈요", "정보plz", "정보 pls",
	"플리즈 정보", "정보 정보", "정보요정보", "정보정보정보", "정보!!!", "정보ㅠㅠ", "정보ㅜㅜ좀요", "정보..", "정보?", "정보 좀..ㅎㅎ", "정보좀요♡", "정보좀요ㅎ", "정보즘", "ㅈㅂㅈㅇㅠㅠ", "ㅈㅂㅈ", "ㅈㅂㅇ", "ㅈㅂ좀요",
	"ㅈㅂ좀", "ㅈㅂㅈㅇ!!", "ㅈ ㅂ ㅈ ㅇ", "ㅈㅂㅈㅅㅇ", "ㅈㅂㅈㅛ", "ㅈㅂㅈㅇㅇ", "원피스 정보 좀요", "원피스 어디꺼예요?", "원피스 어디건가요", "치마 어디꺼", "가방 어디 제품이에요?", "신발 어디 브랜드인가요?",
	"신발 브랜드가 어디예요?", "신발 브랜드 뭐예요?", "신발 브랜드 알 수 있을까요?", "신발 이름이 뭐예요?", "제품명 알려주세요", "제품 정보 부탁드려요", "상품명이 뭔가요", "모델명 알려주세요", "품번 좀요", "구매처 좀요",
	"구매처 알려주세요", "구매처 어디예요?", "구입처요", "어디서 사셨어요?", "어디서 샀어요?", "어디서 샀어?", "어디서 구매하셨나요?", "어디서 구매할 수 있나요?", "어디서 살 수 있나요?", "어디서 파나요?", "이거 어디서 사요?",
	"어디꺼예요?", "어디껀가요?", "어디거예요", "어디꺼에염", "어디꺼야", "어디꺼임?", "어디 옷이에요?", "어디 신발이에요?", "무슨 브랜드예요?", "어느 브랜드예요", "가격도 알려주세요", "가격 좀요", "사이즈 정보 좀요",
	"착장 정보 좀요", "전체 착장 정보 좀요", "풀착장 정보 부탁드려요", "코디 정보 좀요", "상의 하의 정보 좀요", "위에 입은 옷 정보 좀요", "안경 정보요", "머리 정보 좀요", "립 정보 좀요", "렌즈 정보 좀요", "폰케이스 정보 좀요",
	"이 사진 정보 좀요", "두번째 사진 신발 정보 좀요", "2번째 사진 가방 정보 좀요", "첫번째 옷 정보 좀요", "세 번째 사진 정보 좀요", "왼쪽 옷 정보 좀요", "오른쪽 신발 정보좀요", "저도요 정보 좀요", "나도 정보 좀", "저두 정보좀요",
	"저도 ㅈㅂㅈㅇ", "옷 ㅈㅂㅈㅇ", "바지 ㅈㅂ", "ㅈㅂㅈㅇ 바지요", "언니 옷 정보 좀요ㅠㅠ", "언냐 정보좀", "옵 정보좀요", "님 정보 좀요", "정보 좀요 님", "누나 정보점", "정보점요", "정보 점 주세요", "링크 주세요",
	"링크 있을까요?", "좌표 좀요", "좌표 부탁드려요", "좌표요", "좌표 알려주세요", "좌표", "인포 좀요", "인포플리즈", "Info 좀요", "정보 please", "정보 info pls", "가디건 정보를 알 수 있을까요?",
	"혹시 자켓 정보 알려주실 수 있나요?", "죄송한데 신발 정보 좀 알 수 있을까요?", "실례지만 가방 정보 좀 알 수 있을까요?", "안녕하세요 혹시 정보 알 수 있을까요?", "모자 정보 좀 부탁드려도 될까요?", "모자 정보 부탁드려도 될까요",
	"신발만 정보 좀요", "이거 얼마예요?", "코트 얼마인가요", "구매 가능한가요?", "브랜드 정보 좀요",
}

var englishAsks = []string{
	"info pls", "Info please!", "item info please", "id?", "ID?", "info?", "shoes info plz", "info on the bag please", "can i get the item info pls",
	"where is the coat from?", "Where's the jacket from?", "where did you get the boots?", "what brand is the bag?", "@minji info pls",
	"bag link please", "need info", "outfit details please 🙏", "w2c shoes", "info plz", "info please", "info plss", "info plsss", "info!!", "INFO",
	"infos please", "any info?", "any info on the coat?", "info on coat pls", "info for the bag?", "item info", "item info pls", "item info plz!!",
	"items info please", "product info?", "product link please", "link?", "link pls", "links please", "link to the bag please", "link for shoes?",
	"shoe id", "shoe id?", "shoes id pls", "id on the jacket", "id on shoes?", "id for the pants please", "id pls", "ID on those jeans?", "coat id??",
	"jacket ID please", "fit id", "full fit id", "w2c", "w2c?", "w2c jacket", "w2c pls", "where to cop", "where to cop?", "where to buy",
	"where to buy?", "where to get?", "where can i buy this", "where can i get this", "where can I find this jacket?", "where'd you get it",
	"where'd you get the coat?", "where did u get this", "where did you buy it?", "where do you get your shoes", "where is it from",
	"where is this from?", "where's it from?", "where's your coat from", "where are the shoes from?", "where are your pants from??", "what brand?",
	"what brand is it", "what brand is this coat", "what brand are the shoes", "which brand?", "whats the brand", "what's the brand?",
	"what is the brand?", "brand?", "brand pls", "brand name please", "brand of the jacket?", "details", "details please", "deets?", "deets pls",
	"outfit details", "outfit info", "outfit info pls", "info about the dress please", "can i get info", "can i have the info",
	"can I have info on the top?", "can you share the info", "could you please share the link", "could i get the link please", "may i know the brand",
	"may i know the brand?", "may i know where you bought it", "can i know where you got it", "can i ask where the coat is from?",
	"do you know the brand?", "drop the link", "drop info", "drop the info pls", "share link", "send link", "send me the link", "pls info", "plz info",
	"please info", "need info asap", "i need the link", "need the id", "want info", "name of the shoes?", "name of this bag please",
	"what are those shoes?", "what shoes are those?", "what jacket is that", "which shoes are these?", "what are the shoes?", "what is this bag called",
	"model name?", "style name?", "how much", "how much is it?", "how much is the coat?", "price?", "price pls", "info on everything pls",
	"info on all", "all info", "full info please", "info abt the skirt", "info abt skirt pls", "info thx", "info 🙏", "infooo", "infooo plsss",
	"hey info pls", "hi! info please", "sis info", "omg info", "bro id", "id bro", "info on the hat and coat please", "info", "id",
}

// noAsks look like asks, or do something beside asking.
var noAsks = []string{
	"ㅋㅋㅋㅋ", "정보 감사합니다", "정보 감사해요!!", "정보 고마워요", "정보 알려줘서 고마워", "좋은 정보 감사", "정보 올려뒀어요", "정보는 프로필에 있어요", "개인정보", "정보통신", "여행 정보 좀 주세요", "너무 예뻐요",
	"너무 예뻐요! 정보 좀요", "코트 예쁘다", "코트", "이 코트", "저 정보 있어요", "정보 좀 그만 물어보세요", "어디야?", "여기 어디예요?", "ㅈㅅ", "ㅇㅈ", "ㅂㅈ", "정보 좀요 라고 쓰면 안 되나요", "제발", "언니",
	"오늘 코디", "어디서 찍으셨어요?", "정보 틀렸어요", "정보 고맙습니다", "정보 ㄱㅅ", "정보 감사", "정보 올렸어요", "정보 댓글에 있어요", "정보 본문에 있어요", "정보는 태그에", "정보 없어요", "정보 없나요", "정보 있어요",
	"정보가 많네요", "정보가 없네", "정보 맞나요?", "정보 맞아요", "이 정보 맞아요?", "정보 틀려요", "가짜 정보", "정보력 좋다", "정보처리기사", "정보통", "개인정보 주의", "개인정보 좀요", "여행정보 좀요", "맛집 정보 좀요",
	"카페 정보 좀요", "장소 어디예요", "장소 정보 좀요", "여기 어디서 찍은거예요", "어디 사세요?", "어디 살아요?", "어디가세요", "어디서 만나요", "어디야", "브랜드 좋아요", "브랜드 예쁘다", "링크 감사합니다", "링크 깨졌어요",
	"링크 타고 왔어요", "가격 좋네요", "가격이 너무 비싸요", "사이즈 좋네요", "좌표 감사해요", "신발 예뻐요", "신발 예뻐요 정보 좀요", "예뻐요 ㅈㅂㅈㅇ", "ㅋㅋ", "ㅈㅈ", "ㅂㅈㅇ", "ㅈㅅㅇ", "ㅇㅈㅂ", "저도요", "언니 예뻐요",
	"부탁해요", "주세요", "좀요", "알려주세요", "정보 안 주셔도 돼요", "정보 주지 마세요", "정보 그만", "정보좀요 그만", "정보 물어보지 마세요", "정보 공유 감사", "정보 알려주셔서 감사합니다", "정보 알려줘서 감사해요",
	"정보 부탁드렸는데 답이 없어요", "구매처 알려주셔서 감사합니다", "어디서 샀는지 알아요", "어디꺼인지 알겠다", "이거 어디꺼인지 아는 사람", "샀어요", "저도 샀어요", "저도 이거 있어요", "무슨 브랜드인지 알아요", "품번 적어놨어요",
	"제품명은 태그에 있어요", "정보 어디", "가격 미쳤다", "얼마 전에 샀어요", "어디 놀러 가요?", "뭐예요?", "그만", "", " ", "?", "❤️", "thanks for the info", "great info", "idk",
	"no info", "love this coat", "where are you from?", "I have the info", "the info is in my bio", "in my bio: info", "information technology",
	"please", "shoes", "where is this", "info@shop.kr", "nice fit", "my id is minji", "link in bio", "thanks for info", "thank you for the info",
	"ty for the info", "nice info", "good info", "wrong info", "info is wrong", "info in bio", "info above", "link in my profile", "link is broken",
	"links don't work", "the link works", "id card", "my id", "i have no id", "no id needed", "where are you", "where are you from",
	"where do you live", "where have you been", "where is your house", "where is the party", "where is everyone", "what a brand", "best brand",
	"love this brand", "brand new", "brand new shoes", "details matter", "love the details", "the details!", "great details", "price is too high",
	"nice price", "what are you wearing tomorrow", "what is this", "what's up", "which one", "how are you", "how much do i love this", "name?",
	"my name is info", "model", "you are a model", "pls", "hi", "coat", "nice shoes", "i love the shoes where are they from", "so pretty, info pls",
	"omg so cute info please", "cute! where is it from?", "informative", "informed", "infographic", "i need shoes", "need this", "want this",
	"i want the coat", "can i have it", "can i have this", "send me this", "share this", "drop", "drop dead gorgeous", "where to", "where to next",
	"where can i go", "where did you go", "where did you go yesterday", "w2c is a term", "wtc memorial", "wtc", "model?", "id please let me in",
	"fit check", "where is the shop", "price is right", "brand ambassador", "what is the price of fame", "what are you", "where to buy happiness",
	"more", "more please", "how much time do you need",
}

func TestIsItemInfoRequest(t *testing.T) {
	t.Parallel()
	for _, asks := range [][]string{koreanAsks, englishAsks} {
		for _, s := range asks {
			if !IsItemInfoRequest(s) || !IsItemInfoRequest(norm.NFD.String(s)) || !IsItemInfoRequest(strings.ToUpper(s)) {
				t.Errorf("%q is an ask", s)
			}
		}
	}
	for _, s := range noAsks {
		if IsItemInfoRequest(s) {
			t.Errorf("%q is no ask", s)
		}
	}
	if IsItemInfoRequest(strings.Repeat("신발 ", 100_000) + "정보 좀요") {
		t.Error("a megabyte is no ask")
	}
}

func TestIsItemInfoRequestIgnoresDress(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"정보 좀요", "신발 정보 좀 알려주세요", "info pls", "where is the coat from"} {
		for _, dress := range []string{"%s", " %s ", "%s!!", "%s??", "%s…", "%s 🙏🙏", "🙏%s", "%s\n", "@jisoo %s", "%s~"} {
			if got := strings.Replace(dress, "%s", s, 1); !IsItemInfoRequest(got) {
				t.Errorf("%q is an ask", got)
			}
		}
	}
}

func BenchmarkIsItemInfoRequest(b *testing.B) {
	for b.Loop() {
		IsItemInfoRequest("신발 정보 좀 알 수 있을까요 정말 예뻐요 어디서 사셨는지 궁금하지만 안 알려 주셔도 괜찮아요 그냥 예뻐서요")
		IsItemInfoRequest("omg this is the prettiest coat that i have seen in a while, where did you get it from? i need it for winter")
	}
}
