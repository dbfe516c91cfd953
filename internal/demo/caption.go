package demo

import (
	"math/rand/v2"
	"slices"
	"strings"

	"styleshare/internal/demo/sketch"
)

// write gives the style a caption: where it was, what is worn, perhaps a word more, and hashtags.
func (st *Style) write(p Person, rng *rand.Rand) {
	v := voices[p.Locale]
	lines := []string{pick(rng, v.places[st.shots[0].Backdrop]), st.fill(pick(rng, st.sayable(v.outfits, p.Locale)), p.Locale)}
	st.Mentions = nil
	switch {
	case chance(rng, 6):
		friend := p.Username
		for friend == p.Username {
			friend = pick(rng, people).Username
		}
		st.Mentions = []string{friend}
		lines = append(lines, strings.ReplaceAll(pick(rng, v.friends), "@", "@"+friend))
	case chance(rng, 3):
		lines = append(lines, pick(rng, v.closers))
	}
	if chance(rng, 4) {
		lines[0], lines[1] = lines[1], lines[0]
	}
	st.Tags = st.hashtags(v, rng)
	st.Caption = strings.Join(lines, " ") + pick(rng, []string{" ", "\n", "\n\n"}) + "#" + strings.Join(st.Tags, " #")
}

// hashtags are what such a style gets: two that everybody uses, its place, and some of the clothes.
func (st *Style) hashtags(v voice, rng *rand.Rand) []string {
	tags := []string{pick(rng, v.common), v.placeTags[st.shots[0].Backdrop]}
	for _, i := range rng.Perm(len(st.pieces))[:1+rng.IntN(3)] {
		tags = append(tags, v.tagOf(st.pieces[i].kind))
	}
	if chance(rng, 2) {
		tags = append(tags, pick(rng, v.common))
	}
	rng.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
	var unique []string
	for _, t := range tags {
		if !slices.Contains(unique, t) {
			unique = append(unique, t)
		}
	}
	return unique
}

// sayable are the sentences that speak only of what is worn.
func (st *Style) sayable(sentences []string, locale string) []string {
	var out []string
	for _, s := range sentences {
		if !strings.Contains(st.fill(s, locale), "{") {
			out = append(out, s)
		}
	}
	return out
}

// fill puts the clothes into a sentence: {hero} is the outermost garment on top, {hero|을} the same with the Korean
// particle that fits it. What is not worn stays as it is.
func (st *Style) fill(s, locale string) string {
	slots := map[string]sketch.Part{"top": sketch.TopPart, "outer": sketch.OuterPart, "low": sketch.BottomPart, "shoe": sketch.ShoePart, "bag": sketch.BagPart, "hat": sketch.HatPart, "hero": sketch.TopPart}
	if st.outfit.Outer != sketch.NoOuter {
		slots["hero"] = sketch.OuterPart
	}
	for name, part := range slots {
		i := slices.IndexFunc(st.pieces, func(p piece) bool { return p.part == part })
		if i < 0 {
			continue
		}
		word := st.pieces[i].label(locale)
		s = strings.ReplaceAll(s, "{"+name+"}", word)
		s = strings.ReplaceAll(s, "{A "+name+"}", indefinite(word, st.pieces[i].kind.pluralEn))
		for particle := range particles {
			s = strings.ReplaceAll(s, "{"+name+"|"+particle+"}", word+josa(word, particle))
		}
	}
	return s
}

// indefinite begins a sentence with a thing: "A navy coat", "Raw jeans".
func indefinite(word string, plural bool) string {
	switch {
	case plural:
		return strings.ToUpper(word[:1]) + word[1:]
	case strings.ContainsRune("aeiou", rune(word[0])):
		return "An " + word
	}
	return "A " + word
}

// particles after a consonant, and what they are after a vowel.
var particles = map[string]string{"을": "를", "은": "는", "이": "가", "으로": "로", "과": "와"}

// josa is the form of a particle that follows a word in Hangul.
func josa(word, afterConsonant string) string {
	r := []rune(word)
	final := (r[len(r)-1] - '가') % 28
	if final == 0 || final == 8 && afterConsonant == "으로" { // 8 is ㄹ
		return particles[afterConsonant]
	}
	return afterConsonant
}

// voice is how captions are written in one language.
type voice struct {
	places    [sketch.Backdrops][]string
	placeTags [sketch.Backdrops]string
	outfits   []string
	closers   []string
	friends   []string // each has one @, which becomes somebody's name
	common    []string
	tagOf     func(garment) string
}

var voices = map[string]voice{"ko": korean, "en": english}
