package main

import (
	"context"
	"fmt"
	"math/rand"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// touch writes one record to every partition of the topic.
func touch(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	client, err := newClient(opts, kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return out, err
	}
	defer client.Close()
	var count tally
	values := newPayloads(opts.size)
	measured := begin(opts)
	for partition := range opts.partitions {
		client.Produce(ctx, &kgo.Record{Partition: int32(partition), Value: values.take()}, count.done)
	}
	if err := client.Flush(ctx); err != nil {
		return out, err
	}
	measured.end(&out)
	out.Records = count.acked.Load()
	out.Bytes = out.Records * int64(opts.size)
	count.report(&out)
	return out, nil
}

// seek asks for a little at random offsets of partition 0 of a -topic, one Fetch after the other over one connection:
// what it costs to find a place in a log.
func seek(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	client, err := newClient(opts)
	if err != nil {
		return out, err
	}
	defer client.Close()
	id, leader, err := whereIs(ctx, client, topic)
	if err != nil {
		return out, err
	}
	broker := client.Broker(int(leader))
	end, err := endOffset(ctx, broker, topic)
	if err != nil {
		return out, err
	}
	if end == 0 {
		return out, fmt.Errorf("%s has no records", topic)
	}
	random := rand.New(rand.NewSource(1))
	waits := newHistogram()
	ramp := time.Duration(opts.ramp * float64(time.Second))
	length := ramp + time.Duration(opts.seconds*float64(time.Second))
	began := time.Now()
	var measured stretch
	for since := time.Duration(0); since < length; since = time.Since(began) {
		if since >= ramp && measured.start.IsZero() {
			measured = begin(opts)
		}
		asked := time.Now()
		got, err := fetchAt(ctx, broker, topic, id, random.Int63n(end))
		if err != nil {
			return out, err
		}
		if !measured.start.IsZero() {
			out.Records++ // requests, here
			out.Bytes += int64(got)
			waits.add(time.Since(asked))
		}
	}
	measured.end(&out)
	waits.report(&out)
	return out, nil
}

// fetchAt returns how many bytes one small Fetch brought.
func fetchAt(ctx context.Context, broker *kgo.Broker, topic string, id [16]byte, offset int64) (int, error) {
	request := kmsg.NewPtrFetchRequest()
	request.MaxBytes, request.SessionEpoch = 1<<14, -1
	wanted := kmsg.NewFetchRequestTopic()
	wanted.Topic, wanted.TopicID = topic, id
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.FetchOffset, partition.PartitionMaxBytes = offset, 1<<14
	wanted.Partitions = append(wanted.Partitions, partition)
	request.Topics = append(request.Topics, wanted)
	response, err := broker.Request(ctx, request)
	if err != nil {
		return 0, err
	}
	fetched := response.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(fetched.ErrorCode); err != nil {
		return 0, err
	}
	if len(fetched.Topics) != 1 || len(fetched.Topics[0].Partitions) != 1 {
		return 0, fmt.Errorf("a Fetch of one partition brought %d topics", len(fetched.Topics))
	}
	got := fetched.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(got.ErrorCode); err != nil {
		return 0, err
	}
	if len(got.RecordBatches) == 0 {
		return 0, fmt.Errorf("nothing at offset %d of %s", offset, topic)
	}
	return len(got.RecordBatches), nil
}

// whereIs returns the topic's id and the leader of its partition 0.
func whereIs(ctx context.Context, client *kgo.Client, topic string) (id [16]byte, leader int32, err error) {
	request := kmsg.NewPtrMetadataRequest()
	wanted := kmsg.NewMetadataRequestTopic()
	wanted.Topic = &topic
	request.Topics = append(request.Topics, wanted)
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return id, 0, err
	}
	for _, found := range response.Topics {
		for _, partition := range found.Partitions {
			if partition.Partition == 0 && partition.Leader >= 0 {
				return found.TopicID, partition.Leader, nil
			}
		}
	}
	return id, 0, fmt.Errorf("partition 0 of %s has no leader", topic)
}

// endOffset returns the offset after the last record of partition 0.
func endOffset(ctx context.Context, broker *kgo.Broker, topic string) (int64, error) {
	request := kmsg.NewPtrListOffsetsRequest()
	wanted := kmsg.NewListOffsetsRequestTopic()
	wanted.Topic = topic
	partition := kmsg.NewListOffsetsRequestTopicPartition()
	partition.Timestamp = -1
	wanted.Partitions = append(wanted.Partitions, partition)
	request.Topics = append(request.Topics, wanted)
	response, err := broker.Request(ctx, request)
	if err != nil {
		return 0, err
	}
	for _, found := range response.(*kmsg.ListOffsetsResponse).Topics {
		for _, partition := range found.Partitions {
			return partition.Offset, kerr.ErrorForCode(partition.ErrorCode)
		}
	}
	return 0, fmt.Errorf("no offset of %s", topic)
}
