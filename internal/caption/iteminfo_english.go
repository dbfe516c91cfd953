package caption

import (
	"regexp"
	"strings"
)

// isEnglishAsk takes lower-case words, each followed by a space but the last.
func isEnglishAsk(s string) bool {
	s = strings.ReplaceAll(s, " s ", "s ") // "where's" is one word
	s = englishStretched.ReplaceAllStringFunc(s, func(run string) string { return run[:1] })
	return englishAsk.MatchString(s) && !englishNoAsk.MatchString(s)
}

// englishStretched are letters that nobody writes so often: "infooo plssss".
var englishStretched = regexp.MustCompile(`a{3,}|e{3,}|f{3,}|i{3,}|k{3,}|n{3,}|o{3,}|s{3,}|z{3,}`)

// englishNoAsk is talk about what would be an ask without its article.
var englishNoAsk = regexp.MustCompile(`^(the|this|that|these|those|a|an|your|ur) (info|infos|information|details|deets|id|link|links|brand|price|sauce)$`)

const (
	englishHello = `hi|hey|hello|omg|sorry|so|and|also|sis|girl|bro|dear|guys|unnie|oppa|excuse me|pls|plz|please|pretty please`

	// What may stand between the greeting and the thing: "can I get the", "would love to know".
	englishPlea = `(?:can|could|may|might) (?:i|we) (?:please )?(?:get|have|know|ask|see)|(?:can|could|would|will) (?:you|u) (?:please |pls )?(?:give|tell|share|drop|send|post)|` +
		`(?:do|does) (?:you|u|anyone|anybody) (?:know|have)|(?:anyone|anybody) (?:know|knows|have|has|got)|` +
		`(?:i|we) (?:really |just )?(?:need|want)|(?:i|we) would (?:like|love)|(?:i|we) d (?:like|love)|would love|to know|` +
		`need|want|give|tell|share|drop|send|me|us|for|about|abt|any|some|more|full|` + englishThe + `|all|on|of`

	englishThe = `a|an|the|this|that|these|those|your|ur`

	englishClose = `plss?|plz|please|asap|thanks|thank you|thx|ty|too|as well|for|on|of|about|abt|with|to|and|everything|all|bro|sis|girl|dear|unnie|oppa|` + englishThe

	englishThing = `item|items|outfit|fit|look|clothes|top|shirt|tee|t|tshirt|blouse|knit|sweater|cardigan|hoodie|jacket|coat|blazer|outer|vest|bottom|bottoms|pants|jeans|denim|trousers|slacks|skirt|shorts|dress|shoe|shoes|sneakers|loafers|boots|sandals|heels|socks|bag|tote|backpack|purse|hat|cap|beanie|glasses|sunglasses|watch|necklace|earrings|ring|belt|scarf|` +
		`black|white|grey|gray|beige|brown|blue|navy|green|red|pink|yellow|purple|striped|checked|plaid|product|brand|purchase|shopping`

	englishIt = `it|they|them`
)

var englishAsk = func() *regexp.Regexp {
	things := `(?: ` + anyOf(englishThing) + `)*`
	something := `(?: ` + anyOf(englishThe, englishIt) + `)?` + things
	named := ` ` + anyOf(englishThe) + `(?: ` + anyOf(englishThing) + `)+`
	ask := anyOf(
		`info|infos|information|details|deets|id|link|links|w2c|sauce|brand|price|(?:brand|model|style) name`,
		`name (?:of|for)`+named,
		`(?:what|which)s? (?:is |are )?(?:the )?(?:brand|price|name|model)(?: of| for)?(?: is| are)?`+something,
		`(?:what|which)(?: is| are)`+named+`(?: called)?`, `(?:what|which)(?: `+anyOf(englishThing)+`)+ (?:is|are) `+anyOf(englishThe, englishIt),
		`where(?:s| is| are| was| were)?`+something+`(?: is| are| was| were)? from`,
		`where (?:to|(?:d|did|do|can|could) (?:you|u|ya|i|we|one)) (?:buy|get|find|cop|bought|order)`+something,
		`where (?:you|u) (?:got|bought|get|found)`+something,
		`how much(?: is| are| was| were| for)?`+something,
	)
	before := `(?:` + anyOf(englishHello) + ` )*(?:` + anyOf(englishPlea, englishThing) + ` )*`
	return regexp.MustCompile(`^` + before + ask + `(?: ` + anyOf(englishClose, englishThing, ask) + `)*$`)
}()
