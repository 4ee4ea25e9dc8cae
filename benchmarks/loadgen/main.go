// Command loadgen puts one kind of load on a Kafka server and prints what came of it as one JSON line.
//
// Every run makes its own topic and deletes it, unless it is given a -topic, which is made if it is not there and stays.
// A run leaves out a ramp at the start, is bounded in time and in bytes, and reports the CPU seconds of this process and
// of the server's processes over the measured stretch alone. Records are random bytes without compression, so that
// nothing on the way can be clever about them; every other setting is the client's default, unless a workload says why
// not.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// options is what the command line says.
type options struct {
	brokers    []string
	workload   string
	size       int
	partitions int
	clients    int
	depth      int
	seconds    float64
	ramp       float64
	maxBytes   int64
	fillBytes  int64
	rate       int
	serverPIDs []int
	noAdmin    bool
	topic      string
	batchBytes int
	versions   *kversion.Versions
}

// result is the JSON line. Rates are per second of the measured stretch.
type result struct {
	Workload      string  `json:"workload"`
	Records       int64   `json:"records"`
	Bytes         int64   `json:"bytes"`
	Seconds       float64 `json:"seconds"`
	RecordsPerSec float64 `json:"records_per_s"`
	MBPerSec      float64 `json:"mb_per_s"`
	P50Ms         float64 `json:"p50_ms,omitempty"`
	P99Ms         float64 `json:"p99_ms,omitempty"`
	P999Ms        float64 `json:"p999_ms,omitempty"`
	MaxMs         float64 `json:"max_ms,omitempty"`
	ReadySeconds  float64 `json:"ready_s,omitempty"`
	ClientCPU     float64 `json:"client_cpu_s"`
	ServerCPU     float64 `json:"server_cpu_s"`
	BusiestThread float64 `json:"server_busiest_thread_cpu_s"`
	Errors        int64   `json:"errors"`
	FirstError    string  `json:"first_error,omitempty"`
}

var workloads = map[string]func(context.Context, options, string) (result, error){
	"produce": produce,
	"consume": consume,
	"sync":    syncProduce,
	"raw":     rawProduce,
	"latency": latency,
	"paced":   pacedProduce,
	"write":   write,
	"read":    read,
	"seek":    seek,
	"touch":   touch,
}

func main() {
	var opts options
	var brokers, pids, newest string
	flag.StringVar(&brokers, "brokers", "127.0.0.1:9092", "bootstrap servers, HOST:PORT with commas between")
	flag.StringVar(&opts.workload, "workload", "produce", "produce, consume, sync, raw, paced, latency, write, read, seek or touch")
	flag.IntVar(&opts.size, "size", 100, "bytes of a record's value")
	flag.IntVar(&opts.partitions, "partitions", 6, "partitions of the topic")
	flag.IntVar(&opts.clients, "clients", 1, "sync, raw: producers, each with a connection of its own")
	flag.IntVar(&opts.depth, "depth", 5, "raw: requests on their way on each connection")
	flag.Float64Var(&opts.seconds, "seconds", 4, "the measured stretch at most")
	flag.Float64Var(&opts.ramp, "ramp", 0.5, "seconds of load before the measured stretch")
	flag.Int64Var(&opts.maxBytes, "max-bytes", 2<<30, "produce: stop after so many bytes")
	flag.Int64Var(&opts.fillBytes, "fill-bytes", 512<<20, "consume: bytes in the topic, read again and again")
	flag.IntVar(&opts.rate, "rate", 1000, "latency, paced: records per second")
	flag.StringVar(&pids, "server-pids", "", "processes whose CPU seconds are the server's, commas between")
	flag.StringVar(&opts.topic, "topic", "", "a topic to use and to keep, instead of one for this run")
	flag.IntVar(&opts.batchBytes, "batch-bytes", 0, "the largest batch of a producer, instead of the client's 1 MB")
	flag.StringVar(&newest, "as-of", "", "speak to a server of this Kafka version, such as 3.7, whatever it claims")
	flag.BoolVar(&opts.noAdmin, "no-admin", false, "do not create or delete the topic: the server makes it up")
	flag.Parse()
	debug.SetGCPercent(400) // the collector's share of two cores is taken from the server
	opts.brokers = strings.Split(brokers, ",")
	for _, text := range strings.FieldsFunc(pids, func(r rune) bool { return r == ',' }) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			fail(fmt.Errorf("-server-pids: %w", err))
		}
		opts.serverPIDs = append(opts.serverPIDs, pid)
	}
	if newest != "" {
		if opts.versions = kversion.FromString("v" + strings.TrimPrefix(newest, "v")); opts.versions == nil {
			fail(fmt.Errorf("-as-of: no Kafka version %q", newest))
		}
	}
	run, known := workloads[opts.workload]
	if !known {
		fail(fmt.Errorf("no workload %q", opts.workload))
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(opts.seconds*float64(time.Second))+90*time.Second)
	defer cancel()
	topic := opts.topic
	if topic == "" {
		topic = fmt.Sprintf("bench-%s-%d-%d", opts.workload, os.Getpid(), time.Now().UnixNano()%1e6)
	}
	if opts.workload != "read" && opts.workload != "seek" {
		if err := createTopic(ctx, opts, topic); err != nil {
			fail(err)
		}
	}
	out, err := run(ctx, opts, topic)
	if opts.topic == "" {
		if deleteErr := deleteTopic(ctx, opts, topic); err == nil {
			err = deleteErr
		}
	}
	if err != nil {
		fail(err)
	}
	out.Workload = opts.workload
	out.RecordsPerSec = float64(out.Records) / out.Seconds
	out.MBPerSec = float64(out.Bytes) / out.Seconds / 1e6
	line, err := json.Marshal(out)
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "loadgen:", err)
	os.Exit(1)
}

func newClient(opts options, more ...kgo.Opt) (*kgo.Client, error) {
	all := []kgo.Opt{
		kgo.SeedBrokers(opts.brokers...),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
	}
	if opts.batchBytes != 0 {
		all = append(all, kgo.ProducerBatchMaxBytes(int32(opts.batchBytes)))
	}
	if opts.versions != nil {
		all = append(all, kgo.MaxVersions(opts.versions))
	}
	return kgo.NewClient(append(all, more...)...)
}

// ask sends one admin request over a client of its own.
func ask[R kmsg.Response](ctx context.Context, opts options, request kmsg.Request) (R, error) {
	var none R
	client, err := newClient(opts)
	if err != nil {
		return none, err
	}
	defer client.Close()
	response, err := client.Request(ctx, request)
	if err != nil {
		return none, err
	}
	return response.(R), nil
}

func createTopic(ctx context.Context, opts options, name string) error {
	if opts.noAdmin {
		return nil
	}
	request := kmsg.NewPtrCreateTopicsRequest()
	request.TimeoutMillis = 30_000
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, int32(min(opts.partitions, atOnce)), 1
	request.Topics = append(request.Topics, topic)
	response, err := ask[*kmsg.CreateTopicsResponse](ctx, opts, request)
	if err != nil {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	for _, topic := range response.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if opts.topic != "" && errors.Is(err, kerr.TopicAlreadyExists) {
			continue
		}
		if err != nil {
			return fmt.Errorf("creating %s: %w", name, err)
		}
	}
	for count := atOnce; count < opts.partitions; {
		count = min(count+atOnce, opts.partitions)
		if err := grow(ctx, opts, name, count); err != nil {
			return err
		}
	}
	return waitForLeaders(ctx, opts, name)
}

// atOnce is how many partitions are made with one request: Apache Kafka refuses ten thousand.
const atOnce = 5000

// grow lets the topic have so many partitions, or leaves it as it is if it has them already.
func grow(ctx context.Context, opts options, name string, count int) error {
	request := kmsg.NewPtrCreatePartitionsRequest()
	request.TimeoutMillis = 30_000
	topic := kmsg.NewCreatePartitionsRequestTopic()
	topic.Topic, topic.Count = name, int32(count)
	request.Topics = append(request.Topics, topic)
	response, err := ask[*kmsg.CreatePartitionsResponse](ctx, opts, request)
	if err != nil {
		return fmt.Errorf("growing %s: %w", name, err)
	}
	for _, topic := range response.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if opts.topic != "" && errors.Is(err, kerr.InvalidPartitions) {
			continue
		}
		if err != nil {
			return fmt.Errorf("growing %s: %w", name, err)
		}
	}
	return nil
}

// waitForLeaders returns when every partition has a leader: a client that asks too early waits for seconds.
func waitForLeaders(ctx context.Context, opts options, name string) error {
	request := kmsg.NewPtrMetadataRequest()
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = &name
	request.Topics = append(request.Topics, topic)
	for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		response, err := ask[*kmsg.MetadataResponse](ctx, opts, request)
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", name, err)
		}
		led := 0
		for _, topic := range response.Topics {
			for _, partition := range topic.Partitions {
				if topic.ErrorCode == 0 && partition.ErrorCode == 0 && partition.Leader >= 0 {
					led++
				}
			}
		}
		if led == opts.partitions {
			return nil
		}
	}
	return ctx.Err()
}

func deleteTopic(ctx context.Context, opts options, name string) error {
	if opts.noAdmin {
		return nil
	}
	request := kmsg.NewPtrDeleteTopicsRequest()
	request.TimeoutMillis = 30_000
	request.TopicNames = []string{name}
	topic := kmsg.NewDeleteTopicsRequestTopic()
	topic.Topic = &name
	request.Topics = append(request.Topics, topic)
	response, err := ask[*kmsg.DeleteTopicsResponse](ctx, opts, request)
	if err != nil {
		return fmt.Errorf("deleting %s: %w", name, err)
	}
	for _, topic := range response.Topics {
		if err := kerr.ErrorForCode(topic.ErrorCode); err != nil {
			return fmt.Errorf("deleting %s: %w", name, err)
		}
	}
	return nil
}

// payloads gives many different values of random bytes without making each anew.
type payloads struct {
	pool []byte
	size int
	next int
}

func newPayloads(size int) *payloads {
	pool := make([]byte, 4<<20+size)
	rand.New(rand.NewSource(1)).Read(pool)
	return &payloads{pool: pool, size: size}
}

func (p *payloads) take() []byte {
	value := p.pool[p.next : p.next+p.size : p.next+p.size]
	p.next += p.size
	if p.next+p.size > len(p.pool) {
		p.next = 0
	}
	return value
}

// stretch is the measured part of a run.
type stretch struct {
	start          time.Time
	client, server float64
	threads        map[int]float64
	serverPIDs     []int
}

func begin(opts options) stretch {
	threads := threadsCPU(opts.serverPIDs)
	return stretch{time.Now(), ownCPU(), processesCPU(opts.serverPIDs), threads, opts.serverPIDs}
}

func (s stretch) end(out *result) {
	out.Seconds = time.Since(s.start).Seconds()
	out.ClientCPU = ownCPU() - s.client
	out.ServerCPU = processesCPU(s.serverPIDs) - s.server
	for thread, used := range threadsCPU(s.serverPIDs) {
		out.BusiestThread = max(out.BusiestThread, used-s.threads[thread])
	}
}
