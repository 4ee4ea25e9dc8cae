package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// fill writes the topic's records and returns how many they are.
func fill(ctx context.Context, opts options, topic string) (int64, error) {
	client, err := newClient(opts, kgo.DefaultProduceTopic(topic))
	if err != nil {
		return 0, err
	}
	defer client.Close()
	var count tally
	count.sendMany(client, opts.size, opts.fillBytes, ctx)
	if err := client.Flush(ctx); err != nil {
		return 0, err
	}
	if text := count.first.Load(); text != nil {
		return 0, fmt.Errorf("filling %s: %s", topic, *text)
	}
	return count.acked.Load(), nil
}

// consume reads the whole topic from its start, with a new client each time, until the time is up. A pass counts from
// its first records, which themselves do not count: connecting and the first metadata are not what is measured.
func consume(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	total, err := fill(ctx, opts, topic)
	if err != nil {
		return out, err
	}
	for pass := 0; out.Seconds < opts.seconds; pass++ {
		client, err := newClient(opts, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if err != nil {
			return out, err
		}
		var measured stretch
		var seen, first int64
		for seen < total {
			fetches := client.PollFetches(ctx)
			if errs := fetches.Errors(); len(errs) > 0 {
				client.Close()
				return out, fmt.Errorf("consuming after %d of %d records: %w", seen, total, errs[0].Err)
			}
			got := int64(fetches.NumRecords())
			if first == 0 && got > 0 {
				first, measured = got, begin(opts)
			}
			seen += got
		}
		var one result
		measured.end(&one)
		client.Close()
		if seen != total {
			return out, fmt.Errorf("consumed %d records of %d", seen, total)
		}
		if pass == 0 && opts.ramp > 0 {
			continue
		}
		out.Records += seen - first
		out.Seconds += one.Seconds
		out.ClientCPU += one.ClientCPU
		out.ServerCPU += one.ServerCPU
		out.BusiestThread += one.BusiestThread
	}
	out.Bytes = out.Records * int64(opts.size)
	return out, nil
}

// write makes a topic of so many bytes, for later runs to read.
func write(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	measured := begin(opts)
	records, err := fill(ctx, opts, topic)
	measured.end(&out)
	out.Records = records
	out.Bytes = records * int64(opts.size)
	return out, err
}

// read reads a topic that is there from its start, until its end or until the time is up. It prints a line when the
// first records have come, so that others can begin what is to happen meanwhile.
func read(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	client, err := newClient(opts, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return out, err
	}
	defer client.Close()
	measured := begin(opts)
	until := measured.start.Add(time.Duration(opts.seconds * float64(time.Second)))
	waits := newHistogram()
	for last := measured.start; last.Before(until) && out.Bytes < opts.maxBytes; {
		polling, cancel := context.WithDeadline(ctx, until)
		fetches := client.PollFetches(polling)
		timeUp := polling.Err() != nil
		cancel()
		if errs := fetches.Errors(); len(errs) > 0 && !timeUp {
			return out, fmt.Errorf("reading after %d records: %w", out.Records, errs[0].Err)
		}
		if got := int64(fetches.NumRecords()); got > 0 {
			if out.Records == 0 {
				fmt.Fprintln(os.Stderr, "reading")
			}
			out.Records += got
			out.Bytes = out.Records * int64(opts.size)
			waits.add(time.Since(last))
		}
		last = time.Now()
	}
	measured.end(&out)
	waits.report(&out)
	return out, nil
}

// latency sends records at a steady rate and measures from the call of Produce to the record in the hands of a consumer
// in this process: one clock, no doubt about it.
func latency(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	producer, err := newClient(opts, kgo.DefaultProduceTopic(topic), kgo.ProducerLinger(0))
	if err != nil {
		return out, err
	}
	defer producer.Close()
	consumer, err := newClient(opts, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return out, err
	}
	defer consumer.Close()

	var count tally
	origin := time.Now()
	sending, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		values := newPayloads(opts.size)
		ticker := time.NewTicker(time.Second / time.Duration(opts.rate))
		defer ticker.Stop()
		for sent := 0; sending.Err() == nil; {
			<-ticker.C
			// A tick that came late, or was dropped, is made up for: the rate is a promise.
			for due := int(time.Since(origin).Seconds() * float64(opts.rate)); sent < due; sent++ {
				value := append([]byte(nil), values.take()...)
				binary.LittleEndian.PutUint64(value, uint64(time.Since(origin)))
				producer.Produce(ctx, &kgo.Record{Value: value}, count.done)
			}
		}
	}()

	seen := newHistogram()
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	// The ramp begins with the first record that arrives: a topic that was made a moment ago may not be ready.
	var from, until time.Duration
	giveUp := time.Minute
	var measured stretch
	for now := time.Since(origin); (until == 0 && now < giveUp) || now < until; now = time.Since(origin) {
		if until != 0 && now >= from && measured.start.IsZero() {
			measured = begin(opts)
		}
		limit := until
		if until == 0 {
			limit = giveUp
		}
		polling, cancel := context.WithTimeout(ctx, limit-now)
		fetches := consumer.PollFetches(polling)
		cancel()
		arrived := time.Since(origin)
		fetches.EachRecord(func(record *kgo.Record) {
			if until == 0 {
				from = arrived + seconds(opts.ramp) + 500*time.Millisecond
				until = from + seconds(opts.seconds)
			}
			sent := time.Duration(binary.LittleEndian.Uint64(record.Value))
			if sent >= from && !measured.start.IsZero() {
				seen.add(arrived - sent)
				out.Records++
			}
		})
	}
	measured.end(&out)
	stop()
	out.Bytes = out.Records * int64(opts.size)
	seen.report(&out)
	count.report(&out)
	if out.Records == 0 {
		return out, fmt.Errorf("no record arrived")
	}
	return out, nil
}
