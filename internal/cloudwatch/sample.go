package cloudwatch

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	dto "github.com/prometheus/client_model/go"
)

// Metric is one that CloudWatch gets. A gauge is sent as it stands. Of a histogram is sent what it observed since the sample
// before, each observation as the upper bound of its bucket, so that CloudWatch can tell percentiles of the whole fleet.
type Metric struct {
	// Family is its name in Prometheus, Name the one in CloudWatch.
	Family, Name string
	Unit         Unit
	// Dimension is the label that tells its series apart, in CloudWatch too; empty where there is one series, or where all
	// are counted together.
	Dimension string
	// Label and Values leave out series whose label has another value; an empty Label leaves out none.
	Label  string
	Values []string
}

// Unit is one of CloudWatch's.
type Unit = types.StandardUnit

// The units of what we publish.
const (
	Count   = types.StandardUnitCount
	Seconds = types.StandardUnitSeconds
)

// sampler makes data of metrics.
type sampler struct {
	metrics []Metric
	// seen is what each histogram had counted when it was last sampled, by bucket.
	seen map[string]map[float64]uint64
}

func (s *sampler) take(families []*dto.MetricFamily, now time.Time) []types.MetricDatum {
	var data []types.MetricDatum
	for _, m := range s.metrics {
		i := slices.IndexFunc(families, func(f *dto.MetricFamily) bool { return f.GetName() == m.Family })
		if i < 0 {
			continue
		}
		for value, series := range m.group(families[i].GetMetric()) {
			datum := types.MetricDatum{MetricName: aws.String(m.Name), Unit: m.Unit, Timestamp: aws.Time(now)}
			if m.Dimension != "" {
				datum.Dimensions = []types.Dimension{{Name: aws.String(title(m.Dimension)), Value: aws.String(value)}}
			}
			if families[i].GetType() == dto.MetricType_HISTOGRAM {
				datum.Values, datum.Counts = s.observed(m.Name+" "+value, series)
				if len(datum.Values) == 0 {
					continue
				}
			} else {
				datum.Value = aws.Float64(total(series))
			}
			data = append(data, datum)
		}
	}
	return data
}

// group gives the series that count, by the value of the dimension.
func (m Metric) group(all []*dto.Metric) map[string][]*dto.Metric {
	groups := map[string][]*dto.Metric{}
	for _, series := range all {
		if m.Label == "" || slices.Contains(m.Values, label(series, m.Label)) {
			value := label(series, m.Dimension)
			groups[value] = append(groups[value], series)
		}
	}
	return groups
}

func label(series *dto.Metric, name string) string {
	for _, l := range series.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func total(gauges []*dto.Metric) (sum float64) {
	for _, g := range gauges {
		sum += g.GetGauge().GetValue()
	}
	return sum
}

// observed gives what histograms have counted since they were last asked about, as values and how often each came.
func (s *sampler) observed(key string, histograms []*dto.Metric) (values, counts []float64) {
	now := map[float64]uint64{}
	for _, h := range histograms {
		below, bound := uint64(0), 0.0
		for _, bucket := range h.GetHistogram().GetBucket() {
			if math.IsInf(bucket.GetUpperBound(), 1) {
				break
			}
			bound = bucket.GetUpperBound()
			now[bound] += bucket.GetCumulativeCount() - below
			below = bucket.GetCumulativeCount()
		}
		now[bound] += h.GetHistogram().GetSampleCount() - below // beyond the last bound, of which no more is known
	}
	for bound, n := range now {
		if n > s.seen[key][bound] {
			values, counts = append(values, bound), append(counts, float64(n-s.seen[key][bound]))
		}
	}
	if s.seen == nil {
		s.seen = map[string]map[float64]uint64{}
	}
	s.seen[key] = now
	return values, counts
}

// title is a label's name as CloudWatch's dimensions are written.
func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
