// Package cloudwatch publishes some of a process's Prometheus metrics to Amazon CloudWatch, where Auto Scaling sees them.
package cloudwatch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/prometheus/client_golang/prometheus"
)

// every is from one sample to the next. CloudWatch makes one value of those of a minute, of all processes.
const every = 10 * time.Second

// attemptTimeout bounds one attempt, of which the SDK makes up to three.
const attemptTimeout = 3 * time.Second

// Config says what to publish, and where; all fields but the keys are required.
type Config struct {
	// Namespace is what the metrics are found under; one for each fleet.
	Namespace string
	Region    string
	// AccessKeyID and SecretAccessKey may both be empty: then the SDK looks for credentials in its usual places.
	AccessKeyID     string
	SecretAccessKey string
	Gatherer        prometheus.Gatherer
	Metrics         []Metric
	Log             *slog.Logger
}

// Publisher sends metrics again and again.
type Publisher struct {
	config Config
	client *cloudwatch.Client
	sample sampler
}

// New makes a Publisher. It asks nothing of CloudWatch yet.
func New(ctx context.Context, c Config) (*Publisher, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(c.Region),
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(attemptTimeout)),
	}
	if c.AccessKeyID != "" {
		options = append(options, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, "")))
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("cloudwatch: %w", err)
	}
	return &Publisher{config: c, client: cloudwatch.NewFromConfig(loaded), sample: sampler{metrics: c.Metrics}}, nil
}

// Run publishes until ctx ends. A sample that cannot be sent is lost; trouble is logged when it begins and when it ends.
func (p *Publisher) Run(ctx context.Context) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	troubled := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := p.publish(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !troubled:
			p.config.Log.WarnContext(ctx, "CloudWatch does not get the metrics that the fleet is scaled by", "error", err)
		case err == nil && troubled:
			p.config.Log.InfoContext(ctx, "CloudWatch gets metrics again")
		}
		troubled = err != nil
	}
}

// publish sends one sample of each metric that this process has.
func (p *Publisher) publish(ctx context.Context) error {
	families, err := p.config.Gatherer.Gather()
	if err != nil {
		return fmt.Errorf("gather: %w", err)
	}
	data := p.sample.take(families, time.Now())
	if len(data) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, every)
	defer cancel()
	_, err = p.client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(p.config.Namespace), MetricData: data})
	return err
}
