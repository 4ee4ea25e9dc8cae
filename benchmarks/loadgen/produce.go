package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// tally counts acknowledged records from many callbacks.
type tally struct {
	acked  atomic.Int64
	errors atomic.Int64
	first  atomic.Pointer[string]
}

func (t *tally) done(_ *kgo.Record, err error) {
	switch {
	case err == nil:
		t.acked.Add(1)
	case errors.Is(err, context.Canceled):
	default:
		t.failed(err)
	}
}

func (t *tally) failed(err error) {
	t.errors.Add(1)
	text := err.Error()
	t.first.CompareAndSwap(nil, &text)
}

// waitForFirst returns once something was acknowledged or went wrong: a topic that was made a moment ago may not be ready.
func (t *tally) waitForFirst(sending context.Context) {
	for t.acked.Load() == 0 && t.errors.Load() == 0 && sending.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

func (t *tally) report(out *result) {
	out.Errors = t.errors.Load()
	if text := t.first.Load(); text != nil {
		out.FirstError = *text
	}
}

// produce sends as fast as the client can, acks=all, and counts acknowledged records.
func produce(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	client, err := newClient(opts, kgo.DefaultProduceTopic(topic))
	if err != nil {
		return out, err
	}
	defer client.Close()

	var count tally
	sending, stop := context.WithCancel(ctx)
	var sender sync.WaitGroup
	sender.Add(1)
	go func() {
		defer sender.Done()
		count.sendMany(client, opts.size, opts.maxBytes, sending)
		stop()
	}()

	count.waitForFirst(sending)
	select {
	case <-time.After(time.Duration(opts.ramp * float64(time.Second))):
	case <-sending.Done():
	}
	measured, before := begin(opts), count.acked.Load()
	select {
	case <-time.After(time.Duration(opts.seconds * float64(time.Second))):
	case <-sending.Done():
	}
	measured.end(&out)
	out.Records = count.acked.Load() - before
	out.Bytes = out.Records * int64(opts.size)
	stop()
	sender.Wait()
	if err := client.Flush(ctx); err != nil {
		count.failed(err)
	}
	count.report(&out)
	return out, nil
}

// spare holds records that came back: a load generator that makes millions a second would measure its own collector.
var spare = sync.Pool{New: func() any { return new(kgo.Record) }}

// sendMany sends until so many bytes are on their way or the context ends.
func (t *tally) sendMany(client *kgo.Client, size int, maxBytes int64, until context.Context) {
	values := newPayloads(size)
	promise := func(record *kgo.Record, err error) {
		t.done(record, err)
		*record = kgo.Record{}
		spare.Put(record)
	}
	for sent := int64(0); sent < maxBytes && until.Err() == nil; sent += int64(size) {
		record := spare.Get().(*kgo.Record)
		record.Value = values.take()
		client.Produce(context.Background(), record, promise)
	}
}

// syncProduce is many producers that each send one record and wait for its acknowledgement before the next. Measuring
// begins when each of them has had its first.
func syncProduce(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	clients := make([]*kgo.Client, opts.clients)
	for i := range clients {
		// No linger: a program that waits for each record would only wait longer.
		client, err := newClient(opts, kgo.DefaultProduceTopic(topic), kgo.ProducerLinger(0))
		if err != nil {
			return out, err
		}
		defer client.Close()
		clients[i] = client
	}

	var count tally
	sending, stop := context.WithCancel(ctx)
	defer stop()
	var producers sync.WaitGroup
	var ready atomic.Int64
	waits := make([]*histogram, len(clients))
	began := time.Now()
	for i, client := range clients {
		waits[i] = newHistogram()
		producers.Add(1)
		go func(mine *histogram) {
			defer producers.Done()
			values := newPayloads(opts.size)
			var once sync.Once
			for sending.Err() == nil {
				start := time.Now()
				_, err := client.ProduceSync(ctx, &kgo.Record{Value: values.take()}).First()
				mine.add(time.Since(start))
				count.done(nil, err)
				if err != nil {
					return
				}
				once.Do(func() { ready.Add(1) })
			}
		}(waits[i])
	}

	// Whoever waits to be let in is not measured, but how long that took.
	for ready.Load() < int64(len(clients)) && count.errors.Load() == 0 && sending.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	out.ReadySeconds = time.Since(began).Seconds()
	time.Sleep(time.Duration(opts.ramp * float64(time.Second)))
	for _, each := range waits {
		each.reset()
	}
	measured, before := begin(opts), count.acked.Load()
	time.Sleep(time.Duration(opts.seconds * float64(time.Second)))
	measured.end(&out)
	out.Records = count.acked.Load() - before
	out.Bytes = out.Records * int64(opts.size)
	stop()
	producers.Wait()
	all := newHistogram()
	for _, each := range waits {
		all.merge(each)
	}
	all.report(&out)
	count.report(&out)
	return out, nil
}

// pacedProduce sends records at a steady rate and measures from the moment that each was due to its acknowledgement: a
// server that stands still is seen by every record that should have been sent meanwhile.
func pacedProduce(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	client, err := newClient(opts, kgo.DefaultProduceTopic(topic), kgo.ProducerLinger(0))
	if err != nil {
		return out, err
	}
	defer client.Close()
	var count tally
	if _, err := client.ProduceSync(ctx, &kgo.Record{Value: make([]byte, opts.size)}).First(); err != nil {
		return out, err
	}
	waits := newHistogram()
	values := newPayloads(opts.size)
	every := time.Second / time.Duration(opts.rate)
	ramp := time.Duration(opts.ramp * float64(time.Second))
	length := ramp + time.Duration(opts.seconds*float64(time.Second))
	origin := time.Now()
	var measured stretch
	for due := time.Duration(0); due < length; due += every {
		time.Sleep(time.Until(origin.Add(due)))
		counts := due >= ramp
		if counts && measured.start.IsZero() {
			measured = begin(opts)
		}
		client.Produce(ctx, &kgo.Record{Value: values.take()}, func(record *kgo.Record, err error) {
			count.done(record, err)
			if counts && err == nil {
				waits.add(time.Since(origin) - due)
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		count.failed(err)
	}
	measured.end(&out)
	waits.report(&out)
	out.Records = waits.count
	out.Bytes = out.Records * int64(opts.size)
	count.report(&out)
	return out, nil
}
