package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// EnsureBucket makes the bucket as this product wants it: browsers of any origin may upload to it with a presigned address,
// and everybody may read what lies under PublicPrefix, nothing else. It may be repeated. The private gateway of a
// development machine is set up with it; operators do the same with their own tools.
func (s *Store) EnsureBucket(ctx context.Context) error {
	bucket := &s.config.Bucket
	_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	var owned *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &owned) {
		return fmt.Errorf("storage: create bucket %s: %w", *bucket, err)
	}
	_, err = s.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{
		CORSRules: []types.CORSRule{{
			AllowedMethods: []string{"GET", "HEAD", "PUT"},
			AllowedOrigins: []string{"*"}, // the signature decides who may write, not the page it comes from
			AllowedHeaders: []string{"*"},
			ExposeHeaders:  []string{"ETag"},
			MaxAgeSeconds:  aws.Int32(3600),
		}},
	}})
	if err != nil {
		return fmt.Errorf("storage: CORS of bucket %s: %w", *bucket, err)
	}
	policy, err := json.Marshal(publicPolicy(*bucket))
	if err != nil {
		return err
	}
	_, err = s.client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(string(policy))})
	if err != nil {
		return fmt.Errorf("storage: policy of bucket %s: %w", *bucket, err)
	}
	return nil
}

// publicPolicy lets everybody read renditions.
func publicPolicy(bucket string) any {
	return map[string]any{
		"Version": "2012-10-17",
		"Statement": []map[string]any{{
			"Sid": "ReadRenditions", "Effect": "Allow", "Principal": "*",
			"Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + bucket + "/" + PublicPrefix + "*",
		}},
	}
}
