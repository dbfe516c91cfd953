package searchtext

import "strings"

// particles stand at the ends of Korean nouns; the longest that fits counts.
var particles = strings.Fields(`은 는 이 가 을 를 의 에 도 만 와 과 로 랑 나 요 께 야 아
	에서 에게 한테 으로 이랑 까지 부터 처럼 보다 하고 라도 이나 마다 밖에 조차 마저 같은 이요 예요 에요 이다 인데 입니다 이에요 이라도 에서는 에서도 으로는 으로도 에게서 한테서`)

// loose is the word without a particle, of which at least two syllables must be left, or without the English plural.
func (w word) loose() word {
	last := w[len(w)-1]
	stem := last.text
	switch last.script {
	case syllabic:
		for _, p := range particles {
			rest, ok := strings.CutSuffix(last.text, p)
			syllables := len([]rune(rest))
			enough := syllables >= 2 || syllables == 0 && len(w) > 1
			if ok && enough && len(rest) < len(stem) {
				stem = rest
			}
		}
	case alphabet:
		stem = singular(stem)
	case pictures, none: // have no endings
	}
	if stem == "" {
		return w[:len(w)-1] // what is left of "coat를"
	}
	return append(w[:len(w)-1:len(w)-1], run{stem, last.script, last.link})
}

func singular(s string) string {
	for _, plural := range []string{"sses", "shes", "ches", "xes"} {
		if strings.HasSuffix(s, plural) {
			return strings.TrimSuffix(s, "es")
		}
	}
	if len(s) > 3 && strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") {
		return s[:len(s)-1]
	}
	return s
}
