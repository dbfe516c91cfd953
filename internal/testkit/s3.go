package testkit

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"styleshare/internal/devstack"
	"styleshare/internal/storage"
)

// The S3 gateway that all packages of one run share; see cmd/teststack.
const (
	S3EndpointVariable = "TESTSTACK_S3_ENDPOINT"
	S3RegionVariable   = "TESTSTACK_S3_REGION"
	S3KeyVariable      = "TESTSTACK_S3_ACCESS_KEY_ID"
	S3SecretVariable   = "TESTSTACK_S3_SECRET_ACCESS_KEY"
)

// S3 gives an empty bucket that only this test uses, set up as storage.EnsureBucket does it.
func S3(t testing.TB) storage.Config {
	t.Helper()
	c := storage.Config{
		Endpoint: os.Getenv(S3EndpointVariable), Region: os.Getenv(S3RegionVariable),
		AccessKeyID: os.Getenv(S3KeyVariable), SecretAccessKey: os.Getenv(S3SecretVariable),
	}
	if c.Endpoint == "" {
		c = devstack.S3Config(sharedStack(t, devstack.S3).Part(devstack.S3))
	}
	c.Bucket = "test-" + strings.ToLower(rand.Text()[:16])
	c.PublicURL = c.Endpoint + "/" + c.Bucket
	store, err := storage.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// OwnS3 gives a gateway that only this test uses, with a bucket in it, and a handle to stop it and start it again. Its
// objects outlive a stop.
func OwnS3(t testing.TB) (*devstack.Part, storage.Config) {
	t.Helper()
	part := own(t, devstack.S3).Part(devstack.S3)
	return part, devstack.S3Config(part)
}
