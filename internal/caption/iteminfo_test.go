package caption

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestIsItemInfoRequest(t *testing.T) {
	t.Parallel()
	asks := []string{
		"정보좀요", "정보 좀요", "정보 좀요!!", "정보요", "정보여~", "정보 좀", "정보!", "정보좀요ㅠㅠㅠ", "정보 좀 주세요", "정보 좀 주실 수 있나요?",
		"정보 부탁드려요", "정보부탁드립니다 🙏", "정보 알려주세요", "정보 알 수 있을까요?", "정보 좀 알 수 있을까요??", "정보 궁금해요", "정보좀용ㅎㅎ",
		"ㅈㅂㅈㅇ", "ㅈㅂㅈㅇㅇㅇ", "ㅈㅂ", "ㅈㅂ요", "옷 정보 좀…", "신발 정보 좀요 ", "가방이랑 신발 정보 좀요", "검정 코트 정보 좀 부탁드려요", "저도 정보 좀요",
		"혹시 바지 정보 알 수 있을까요?", "@minji 정보 좀요", "@minji님 신발 정보 좀 알려주세요", "신발 정보 좀요 가방도 정보 좀요", "언니 정보 좀요ㅠ", "코트 어디 거예요?",
		"신발 어디꺼에요?", "자켓 어디서 사셨어요?", "이 가방 무슨 브랜드예요?", "링크 좀 주세요", "info 좀요", "정보 좀요 please", "#정보좀요", "❤️❤️ 정보 좀요",
		"info pls", "Info please!", "item info please", "id?", "ID?", "info?", "shoes info plz", "info on the bag please", "can i get the item info pls", "where is the coat from?",
		"Where's the jacket from?", "where did you get the boots?", "what brand is the bag?", "@minji info pls", "bag link please", "need info", "outfit details please 🙏", "w2c shoes",
		norm.NFD.String("신발 정보 좀요"),
	}
	for _, s := range asks {
		if !IsItemInfoRequest(s) {
			t.Errorf("%q is an ask", s)
		}
	}
	others := []string{
		"", " ", "?", "ㅋㅋㅋㅋ", "❤️", "정보 감사합니다", "정보 감사해요!!", "정보 고마워요", "정보 알려줘서 고마워", "좋은 정보 감사", "정보 올려뒀어요", "정보는 프로필에 있어요", "개인정보", "정보통신",
		"여행 정보 좀 주세요", "너무 예뻐요", "너무 예뻐요! 정보 좀요", "코트 예쁘다", "코트", "이 코트", "저 정보 있어요", "정보 좀 그만 물어보세요", "어디야?", "여기 어디예요?", "ㅈㅅ", "ㅇㅈ", "ㅂㅈ",
		"정보 좀요 라고 쓰면 안 되나요", "제발", "언니", "오늘 코디", "어디서 찍으셨어요?", "정보 틀렸어요",
		"info", "thanks for the info", "great info", "idk", "id", "no info", "love this coat", "where are you from?", "I have the info", "the info is in my bio", "in my bio: info",
		"information technology", "please", "shoes", "where is this", "info@shop.kr", "nice fit", "my id is minji", "link in bio",
	}
	// One bare word is an ask, with or without a question mark.
	bare := map[string]bool{"info": true, "id": true}
	for _, s := range others {
		if IsItemInfoRequest(s) != bare[s] {
			t.Errorf("%q: %v", s, !bare[s])
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
