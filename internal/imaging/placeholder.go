package imaging

import (
	"context"
	"fmt"
	"image"
)

// The picture that the blurhash and the dominant colour are taken from is of so many pixels a side. Both know a few blots of
// colour only. With fewer pixels than waves a blurhash shows wrong colours: its cosines are taken at the pixels' left and upper
// edges.
const minPlaceholderSide, maxPlaceholderSide = 16, 32

// describe sets what a client shows before it has loaded a rendition.
func (r *Result) describe(ctx context.Context, small picture) error {
	width, height := small.size()
	width, height = fit(width, height, maxPlaceholderSide, maxPlaceholderSide)
	tiny, err := small.tiny(ctx, max(width, minPlaceholderSide), max(height, minPlaceholderSide))
	if err != nil {
		return err
	}
	r.Blurhash, r.DominantColor = blurhash(tiny), dominantColor(tiny)
	return nil
}

// dominantColor sorts the pixels into 512 bins, eight steps a channel, and gives the mean of the heaviest as #rrggbb. A vivid
// pixel weighs up to four times as much as a grey one, so that clothes win over walls and pavement without a speck winning over all.
func dominantColor(m *image.RGBA) string {
	type bin struct{ weight, count, r, g, b int }
	var bins [512]bin
	best := 0
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		r, g, b := int(m.Pix[i]), int(m.Pix[i+1]), int(m.Pix[i+2])
		at := r>>5<<6 | g>>5<<3 | b>>5
		slot := &bins[at]
		slot.weight += 255 + 3*(max(r, g, b)-min(r, g, b))
		slot.count, slot.r, slot.g, slot.b = slot.count+1, slot.r+r, slot.g+g, slot.b+b
		if slot.weight > bins[best].weight {
			best = at
		}
	}
	n := bins[best]
	return fmt.Sprintf("#%02x%02x%02x", (n.r+n.count/2)/n.count, (n.g+n.count/2)/n.count, (n.b+n.count/2)/n.count)
}
