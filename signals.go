package main

import (
	"context"
	"slices"

	"styleshare/internal/cloudwatch"
)

// What a fleet on AWS is scaled by: deploy/aws/autoscaling.yaml names these. CPU is known to AWS.
var (
	// serverSignals are for those who serve the API: the zeros of others would make the mean of all servers smaller.
	serverSignals = []cloudwatch.Metric{
		{Family: "http_requests_in_flight", Name: "RequestsInFlight", Unit: cloudwatch.Count},
		{Family: "graphql_operation_duration_seconds", Name: "OperationDuration", Unit: cloudwatch.Seconds, Label: "type", Values: []string{"query", "mutation"}},
	}
	// queueSignals are there in the process that leads.
	queueSignals = []cloudwatch.Metric{
		{Family: "outbox_untaken", Name: "JobsWaiting", Unit: cloudwatch.Count, Dimension: "queue"},
		{Family: "outbox_oldest_untaken_seconds", Name: "OldestJobWaiting", Unit: cloudwatch.Seconds, Dimension: "queue"},
	}
)

// signals gives what publishes them until its context ends; without CLOUDWATCH_NAMESPACE it does nothing.
func (a *app) signals(ctx context.Context, r role) (func(context.Context), error) {
	c := a.config
	if c.CloudWatchNamespace == "" {
		return func(context.Context) {}, nil
	}
	metrics := queueSignals
	if r.api {
		metrics = slices.Concat(serverSignals, queueSignals)
	}
	publisher, err := cloudwatch.New(ctx, cloudwatch.Config{Namespace: c.CloudWatchNamespace, Region: c.Region, AccessKeyID: c.AccessKeyID,
		SecretAccessKey: c.SecretAccessKey, Gatherer: a.metrics.Registry, Metrics: metrics, Log: a.log})
	if err != nil {
		return nil, err
	}
	return publisher.Run, nil
}
