package demo

import (
	"math"
	"math/rand/v2"
	"slices"

	"styleshare/internal/demo/sketch"
)

// wear makes a style of a person without its caption.
func wear(p Person, rng *rand.Rand, seed uint64) Style {
	d := dressUp(p, rng)
	st := Style{Author: p.Username, outfit: d.Outfit, look: p.look, shots: shoot(d.Outfit, rng, seed), pieces: d.pieces}
	st.Photos = len(st.shots)
	if !chance(rng, 10) { // some leave the question open
		st.tagItems(p, rng)
	}
	return st
}

// shoot takes one to three photos at one place.
func shoot(fit sketch.Outfit, rng *rand.Rand, seed uint64) []sketch.Shot {
	first := sketch.Shot{
		Pose: pose(fit, rng, -1), Backdrop: sketch.Backdrop(rng.IntN(int(sketch.Backdrops))), Tone: rng.IntN(5), Flip: chance(rng, 2), Seed: seed,
	}
	if first.Pose == sketch.Selfie {
		first.Backdrop = sketch.Room
	}
	if fit.Outer != sketch.Coat && chance(rng, 4) {
		first.Frame = sketch.Knee
	}
	shots := []sketch.Shot{first}
	if chance(rng, 6) {
		second := first
		second.Pose = pose(fit, rng, first.Pose)
		second.Frame = pick(rng, []sketch.Frame{sketch.Knee, sketch.Upper})
		shots = append(shots, second)
		if chance(rng, 2) {
			third := first
			third.Frame = sketch.Feet
			shots = append(shots, third)
		}
	}
	return shots
}

// pose chooses one that goes with what is carried, other than not.
func pose(fit sketch.Outfit, rng *rand.Rand, not sketch.Pose) sketch.Pose {
	ok := []sketch.Pose{sketch.Stand, sketch.Pocket, sketch.Hip, sketch.Walk, sketch.Coffee}
	if fit.Bag != sketch.Tote {
		ok = append(ok, sketch.Selfie, sketch.Crossed)
	}
	if fit.Bag == sketch.Backpack || fit.Bag == sketch.Crossbody {
		ok = append(ok, sketch.Strap)
	}
	return pick(rng, slices.DeleteFunc(ok, func(p sketch.Pose) bool { return p == not }))
}

// tagItems names two to four of the pieces, each where it is seen.
func (st *Style) tagItems(p Person, rng *rand.Rand) {
	most := 2 + rng.IntN(3)
	for _, i := range rng.Perm(len(st.pieces)) {
		part := st.pieces[i].part
		for photo, shot := range st.shots {
			spot, seen := sketch.Spots(st.look, st.outfit, shot)[part]
			if !seen || len(st.Items) == most {
				continue
			}
			st.Items = append(st.Items, item(st.pieces[i], p.Locale, rng, photo, spot))
			break
		}
	}
	slices.SortStableFunc(st.Items, func(a, b Item) int { return a.Photo - b.Photo })
}

func item(g piece, locale string, rng *rand.Rand, photo int, at sketch.Spot) Item {
	b := pick(rng, brands[locale])
	it := Item{Photo: photo, X: round3(at.X), Y: round3(at.Y), Brand: b.name, Currency: "KRW", part: g.part, Name: pick(rng, g.kind.cutsKo) + " " + g.label("ko")}
	price := float64(g.kind.won) * b.level * (0.85 + 0.4*rng.Float64())
	it.PriceMinor = int(price/1000)*1000 - 100*rng.IntN(2)
	if locale == "en" {
		it.Name, it.Currency = pick(rng, g.kind.cutsEn)+" "+g.label("en"), "USD"
		it.PriceMinor = int(price/1300)*100 - 5*rng.IntN(2)
	}
	return it
}

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }

// brand is a maker of our own invention; level is how its prices stand to the usual ones.
type brand struct {
	name  string
	level float64
}

var brands = map[string][]brand{
	"ko": {
		{"달빛공작소", 1.2}, {"무명실과 바늘", 1}, {"오월서랍", 0.8}, {"구름단추", 0.9}, {"파랑아틀리에", 1.4}, {"온도차 스튜디오", 1.1}, {"옥상정원클럽", 0.7}, {"별마루양장", 1.7},
		{"Tuesday Loom", 1.2}, {"Dalbit & Daughters", 1.5}, {"Byeol Works 27", 1}, {"NARROW ALLEY", 0.9}, {"세번째 주머니", 0.8}, {"느티나무 신발", 1.1},
	},
	"en": {
		{"Tuesday Loom", 1.2}, {"Marrow & Moss Supply", 1}, {"Foglight Outfitters", 1.1}, {"Kettle Street Tailors", 1.5}, {"NARROW ALLEY", 0.9}, {"Plumb Bob Workwear", 0.9},
		{"Dalbit & Daughters", 1.5}, {"Half Past Linen", 1}, {"Quiet Buttons", 0.8}, {"Byeol Works 27", 1},
	},
}
