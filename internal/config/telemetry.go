package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"styleshare/internal/reporting"
)

// samplers are those that OpenTelemetry's SDK knows: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
var samplers = []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}

// checkTelemetry is about where errors and traces go. The SDK would only log its mistakes, and go on without.
func (c Config) checkTelemetry(m *mistakes) {
	if c.SlowOperation < 0 {
		m.add("SLOW_OPERATION: must be a duration like 1s, or 0 to log none")
	}
	if c.SentryDSN != "" {
		if err := reporting.CheckDSN(c.SentryDSN); err != nil {
			m.add("SENTRY_DSN: %w", err)
		}
	}
	if u, err := url.Parse(c.OTLPEndpoint); c.OTLPEndpoint != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		m.add("OTEL_EXPORTER_OTLP_ENDPOINT: must be an address like http://127.0.0.1:4318")
	}
	if c.OTLPProtocol != "" && c.OTLPProtocol != "http/protobuf" {
		m.add("OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf, which is what this program speaks")
	}
	if c.TracesSampler != "" && !slices.Contains(samplers, c.TracesSampler) {
		m.add("OTEL_TRACES_SAMPLER: must be one of %s", strings.Join(samplers, ", "))
	}
	if ratio, err := strconv.ParseFloat(c.TracesSamplerArg, 64); c.TracesSamplerArg != "" && (err != nil || ratio < 0 || ratio > 1) {
		m.add("OTEL_TRACES_SAMPLER_ARG: must be a share from 0 to 1")
	}
}
