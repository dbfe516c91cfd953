package demo

import "styleshare/internal/demo/sketch"

var english = voice{
	places: [sketch.Backdrops][]string{
		sketch.Studio:  {"Borrowed a friend's studio for an hour.", "Plain paper backdrop, no excuses.", "Good light, so here is the whole outfit.", "Came for a headshot, stayed for the full look."},
		sketch.Arch:    {"Could not walk past this wall.", "Showroom visit turned photo shoot.", "The shop has an arch and I have no self-control.", "New concept store, same poses."},
		sketch.Cafe:    {"Second flat white of the day.", "Window seat secured.", "Waiting for cake is a valid activity.", "Brunch, but make it two hours late."},
		sketch.Street:  {"Caught between two green lights.", "Errands, technically.", "Early for once, so I walked around the block.", "On the way to absolutely nothing urgent."},
		sketch.Park:    {"Lunch break in the park.", "Leaves doing most of the work here.", "Long walk, no phone (except for this).", "Picnic weather, finally."},
		sketch.Brick:   {"Found the best door in the neighbourhood.", "Back-alley brick never disappoints.", "Just after the rain stopped.", "Looking for a bakery, found this wall."},
		sketch.Room:    {"Mirror check before running out of the door.", "Ten minutes late, still took the picture.", "Cleaned the mirror just for this.", "Too nice to stay in, so I didn't."},
		sketch.Night:   {"City lights and sore feet.", "After the gig, not ready to go home.", "Late dinner plans.", "Neon does half the styling."},
		sketch.River:   {"Golden hour by the river.", "Came for the breeze, stayed for the sunset.", "Straight from work to the water.", "The sky matched for once."},
		sketch.Hanok:   {"Slow afternoon in Bukchon.", "Old roofs, new shoes.", "Got lost between the hanok walls and did not mind.", "Palace walks are always a good idea."},
		sketch.Gallery: {"Gallery Sunday.", "Looked at the art, promise.", "Dressed like the third painting on the left.", "Quiet rooms, loud shoes."},
	},
	placeTags: [sketch.Backdrops]string{"studio", "showroom", "cafehopping", "streetstyle", "parklife", "brickwall", "mirrorselfie", "nightout", "goldenhour", "seoul", "museumday"},
	outfits: []string{
		"{A hero} with {low} is all I want to wear.", "{A hero} that goes with everything I own.", "{A low} and {shoe}: done.", "Finally wore the {hero}.", "The {low} got hemmed and now we are best friends.",
		"{A top} on repeat this week.", "Breaking in the {shoe}, one blister at a time.", "The {bag} holds more than it looks.", "The {hat} is hiding a very bad hair day.", "{A outer} over {top}, no second thoughts.",
		"Thrifted the {hero} for less than lunch.", "First outing for the {low}.", "I sized up in the {top} and regret nothing.", "The {shoe} make it look like I tried.", "{A bag} and I am ready to go.",
		"Wearing the {hero} until somebody stops me.", "The {hero} with {low}, because it works.", "Kept it simple: {top}, {low}, {shoe}.",
	},
	closers: []string{
		"Ask me anything about sizing.", "Happy weekend!", "Would you wear this?", "Everything is true to size.", "Comfy all day, tested on 18,000 steps.", "Same again tomorrow, probably.", "Layer up out there.", "Five stars from my knees.", "More of this please ☀️",
	},
	friends: []string{
		"Photo by @, who has the patience of a saint.", "Twinning with @ by accident.", "Stole this idea from @.", "@ made me buy it and was right.", "Out with @ today.",
	},
	common: []string{"ootd", "dailylook", "outfitoftheday", "whatiwore", "styleinspo", "minimalstyle", "weekendlook", "capsulewardrobe"},
	tagOf:  func(g garment) string { return g.tagEn },
}
