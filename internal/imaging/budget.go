package imaging

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// Budget bounds the memory of the photos that are processed at the same time: each takes what its headers say that it may need and
// waits, first come, first served, until that is free. One that may need more than all of it has it to itself.
type Budget struct {
	bytes int64
	free  *semaphore.Weighted
}

// NewBudget makes a budget of so many bytes.
func NewBudget(bytes int64) *Budget { return &Budget{bytes, semaphore.NewWeighted(bytes)} }

// Process is the package's Process within the budget. The file itself, which is there already, is not counted.
func (b *Budget) Process(ctx context.Context, file []byte, declared Format, limits Limits) (*Result, error) {
	head, err := inspect(file, declared, limits)
	if err != nil {
		return nil, err
	}
	share := min(head.memory(len(file)), b.bytes)
	if err := b.free.Acquire(ctx, share); err != nil {
		return nil, err
	}
	defer b.free.Release(share)
	return produce(ctx, file, head)
}

// The bytes of a pixel.
const (
	// scalingBytes is what the scaling of a whole picture takes at most, which a slim and high one does.
	scalingBytes = 6
	// cmykBytes is what the standard library makes of a JPEG's planes where they are no Y'CbCr.
	cmykBytes = 4
)

// smallThings is what tables, renditions and the encoder take, in bytes.
const smallThings = 8 << 20

// memory is how many bytes processing takes at most.
func (h *header) memory(length int) int64 {
	pixels := int64(h.width) * int64(h.height)
	switch {
	case h.format != JPEG:
		return pixels*(h.pixelBytes+scalingBytes) + smallThings
	case h.foreign: // the standard library keeps four bytes for each sample of a progressive one
		return h.samples*(1+4*h.progressive) + pixels*(cmykBytes+scalingBytes) + smallThings
	}
	width, height := h.needed(h.width, h.height)
	by := int64(1)
	for by < 8 && 2*by*int64(width) <= int64(h.width) && 2*by*int64(height) <= int64(h.height) {
		by *= 2
	}
	// The planes, twice as much on the way to the largest rendition, and the file without stuffing.
	return 3*h.samples/(by*by) + 2*h.samples*h.progressive + int64(length) + smallThings
}
