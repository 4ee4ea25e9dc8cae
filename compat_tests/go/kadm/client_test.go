// What an administrator does, through franz-go's kadm: every test is one thing that is done, or refused.
// KAFKA_BOOTSTRAP names the server, ACLS is "on" when it has an authorizer.
package kadm_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const deadline = 60 * time.Second

// client returns a client of the server, with a context that ends when the test has had its time.
func client(t *testing.T, options ...kgo.Opt) (context.Context, *kgo.Client, *kadm.Client) {
	t.Helper()
	options = append([]kgo.Opt{kgo.SeedBrokers(os.Getenv("KAFKA_BOOTSTRAP"))}, options...)
	cl, err := kgo.NewClient(options...)
	must(t, err)
	t.Cleanup(cl.Close)
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	t.Cleanup(cancel)
	return ctx, cl, kadm.NewClient(cl)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// refused fails the test unless err is the answer that a broker should give.
func refused(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// name returns a name that nothing else on the server has.
func name(t *testing.T) string {
	t.Helper()
	var random [4]byte
	_, err := rand.Read(random[:])
	must(t, err)
	return strings.NewReplacer("/", "-").Replace(t.Name()) + "-" + hex.EncodeToString(random[:])
}

// topic creates a topic, waits until the broker knows of it, and deletes it after the test.
func topic(t *testing.T, partitions int32, configs map[string]*string) string {
	t.Helper()
	ctx, _, admin := client(t)
	named := name(t)
	_, err := admin.CreateTopic(ctx, partitions, 1, configs, named)
	must(t, err)
	eventually(t, "the broker knows the topic", func() bool {
		details, err := admin.ListTopics(ctx, named)
		return err == nil && len(details[named].Partitions) == int(partitions)
	})
	t.Cleanup(func() {
		again, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		late, err := kgo.NewClient(kgo.SeedBrokers(os.Getenv("KAFKA_BOOTSTRAP")))
		if err == nil {
			kadm.NewClient(late).DeleteTopics(again, named)
			late.Close()
		}
	})
	return named
}

// produce writes count records of ten bytes to partition 0, one batch each.
func produce(t *testing.T, named string, count int) {
	t.Helper()
	ctx, cl, _ := client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	for range count {
		record := &kgo.Record{Topic: named, Partition: 0, Value: []byte("0123456789")}
		must(t, cl.ProduceSync(ctx, record).FirstErr())
	}
}

// eventually asks until the answer is true.
func eventually(t *testing.T, what string, probe func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if probe() {
			return
		}
	}
	t.Fatalf("not within %v: %s", deadline, what)
}
