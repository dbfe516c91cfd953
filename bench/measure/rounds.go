package measure

import (
	"math"
	"slices"
)

// Median is the middle of the values, or between the two middle ones; NaN of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Ratio is the median of the rounds' ratios: what else the machine does in a round weighs on both.
func Ratio(values, references []float64) float64 {
	var ratios []float64
	for i := range min(len(values), len(references)) {
		ratios = append(ratios, values[i]/references[i])
	}
	return Median(ratios)
}

// Percentile is the value below which so many per cent of the values are; NaN of none.
func Percentile(values []float64, percent float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := int(math.Ceil(percent/100*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}
