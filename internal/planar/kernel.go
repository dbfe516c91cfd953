package planar

import (
	"math"

	lru "github.com/hashicorp/golang-lru/v2"
)

// weightBits is the precision of the weights: those of one sample sum to 1 << weightBits.
const weightBits = 14

// kernel says how each sample of a row or column of the target is made: a run of source samples from start on, weighted.
type kernel struct {
	start []int
	// weights are pairs of signed 16-bit weights, the first in the low half, as the vector instructions take them.
	weights [][]uint32
}

// kernelKey is what a kernel depends on.
type kernelKey struct {
	count, size int
	offset, per float64
}

// kernels keeps the latest: cameras have few sizes, and a kernel takes a twentieth of a photo's time to compute. An entry has
// at most some 100 KB.
var kernels, _ = lru.New[kernelKey, kernel](64) // the error is for sizes below 1

// kernelFor gives the kernel that maps count target samples onto the window of a source of size samples that begins at offset and
// has per source samples for each target sample.
func kernelFor(count, size int, offset, per float64) kernel {
	key := kernelKey{count, size, offset, per}
	if k, ok := kernels.Get(key); ok {
		return k
	}
	k := newKernel(key)
	kernels.Add(key, k)
	return k
}

func newKernel(key kernelKey) kernel {
	k := kernel{make([]int, key.count), make([][]uint32, key.count)}
	stretch := math.Max(key.per, 1)
	for i := range key.count {
		center := key.offset + (float64(i)+0.5)*key.per
		k.start[i], k.weights[i] = window(key.size, center, stretch)
	}
	return k
}

// window weighs the samples around a center by the Lanczos kernel of three lobes.
func window(size int, center, stretch float64) (start int, pairs []uint32) {
	from := max(int(math.Floor(center-3*stretch+0.5)), 0)
	to := min(int(math.Floor(center+3*stretch+0.5)), size)
	if to <= from {
		from = min(max(int(center), 0), size-1)
		to = from + 1
	}
	// Pairs need an even number of samples: one of no weight is put in front where there is none behind.
	count, lead := (to-from+1)/2*2, 0
	if from+count > size && from > 0 {
		from, lead = from-1, 1
	}
	weights, sum := make([]float64, count), 0.0
	for i := lead; i < lead+to-from && from+i < size; i++ {
		weights[i] = lanczos3((float64(from+i) + 0.5 - center) / stretch)
		sum += weights[i]
	}
	return from, quantize(weights, sum)
}

// quantize rounds the weights and gives what rounding leaves over to the largest, so that a flat surface stays as it is.
func quantize(weights []float64, sum float64) []uint32 {
	rounded, left, largest := make([]int32, len(weights)), int32(1<<weightBits), 0
	for i, w := range weights {
		rounded[i] = int32(math.Round(w / sum * (1 << weightBits)))
		left -= rounded[i]
		if rounded[i] > rounded[largest] {
			largest = i
		}
	}
	rounded[largest] += left
	pairs := make([]uint32, len(weights)/2)
	for i := range pairs {
		pairs[i] = uint32(uint16(rounded[2*i])) | uint32(uint16(rounded[2*i+1]))<<16
	}
	return pairs
}

func lanczos3(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1e-9:
		return 1
	case x >= 3:
		return 0
	}
	x *= math.Pi
	return 3 * math.Sin(x) * math.Sin(x/3) / (x * x)
}
