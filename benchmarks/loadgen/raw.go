package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// rawVersion is the version of Produce that the frames have: the last one with topics by name.
const rawVersion = 12

// rawProduce sends requests that were made beforehand, over plain connections to the leaders of the partitions, with
// -depth of them on their way on each. It does next to nothing for a request, so that even on few cores the server has
// what it wants of them: what a server could do for many clients on other machines.
func rawProduce(ctx context.Context, opts options, topic string) (result, error) {
	var out result
	leaders, err := leadersOf(ctx, opts, topic)
	if err != nil {
		return out, err
	}
	sending, stop := context.WithCancel(ctx)
	defer stop()
	var count tally
	var senders sync.WaitGroup
	waits := make([]*histogram, opts.clients)
	for i := range opts.clients {
		partition := int32(i % opts.partitions)
		conn, err := net.Dial("tcp", leaders[partition])
		if err != nil {
			return out, err
		}
		defer conn.Close()
		frames := [][]byte{rawFrame(topic, partition, opts.size)}
		if opts.partitions > opts.clients {
			frames = ownFrames(topic, leaders, i, opts)
		}
		waits[i] = newHistogram()
		senders.Add(1)
		go func(mine *histogram) {
			defer senders.Done()
			err := pump(sending, conn, frames, opts.depth, mine, &count)
			if err != nil && sending.Err() == nil {
				count.done(nil, err)
				stop()
			}
		}(waits[i])
	}
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
	senders.Wait()
	all := newHistogram()
	for _, each := range waits {
		all.merge(each)
	}
	all.report(&out)
	count.report(&out)
	return out, nil
}

// ownFrames are for the partitions that are this client's alone: every so-manieth, if it has the leader of the first one.
func ownFrames(topic string, leaders map[int32]string, client int, opts options) [][]byte {
	var frames [][]byte
	for partition := client; partition < opts.partitions; partition += opts.clients {
		if leaders[int32(partition)] == leaders[int32(client)] {
			frames = append(frames, rawFrame(topic, int32(partition), opts.size))
		}
	}
	return frames
}

// pump keeps depth requests on their way until the context ends: a burst goes out in one write, and comes back in few
// readings. Each request is for the next partition. Of the answers only the last is looked into.
func pump(ctx context.Context, conn net.Conn, frames [][]byte, depth int, mine *histogram, count *tally) error {
	burst := make([]byte, 0, depth*len(frames[0]))
	next := 0
	var read [1 << 16]byte
	for ctx.Err() == nil {
		if next == 0 || len(frames) > 1 {
			burst = burst[:0]
			for range depth {
				burst = append(burst, frames[next%len(frames)]...)
				next++
			}
		}
		start := time.Now()
		if _, err := conn.Write(burst); err != nil {
			return err
		}
		filled, at := 0, 0
		var last []byte
		for answered := 0; answered < depth; {
			n, err := conn.Read(read[filled:])
			if err != nil {
				return err
			}
			filled += n
			for filled-at >= 4 {
				size := int(binary.BigEndian.Uint32(read[at:]))
				if size > 1<<10 {
					return fmt.Errorf("an answer of %d bytes", size)
				}
				if filled-at < 4+size {
					break
				}
				last = read[at+4 : at+4+size]
				at += 4 + size
				answered++
			}
		}
		if err := lastError(last); err != nil {
			return err
		}
		mine.add(time.Since(start))
		count.acked.Add(int64(depth))
	}
	return nil
}

// lastError reads the answer to a request for one partition.
func lastError(answer []byte) error {
	reader := kbin.Reader{Src: answer[5:]} // behind the correlation id and no tagged fields
	if reader.CompactArrayLen() != 1 {
		return errors.New("an answer that does not name one topic")
	}
	reader.CompactString()
	if reader.CompactArrayLen() != 1 {
		return errors.New("an answer that does not name one partition")
	}
	reader.Int32()
	return kerr.ErrorForCode(reader.Int16())
}

func rawFrame(topic string, partition int32, size int) []byte {
	request := kmsg.NewPtrProduceRequest()
	request.Version, request.Acks, request.TimeoutMillis = rawVersion, -1, 10_000
	one := kmsg.NewProduceRequestTopic()
	one.Topic = topic
	part := kmsg.NewProduceRequestTopicPartition()
	part.Partition, part.Records = partition, rawBatch(size)
	one.Partitions = append(one.Partitions, part)
	request.Topics = append(request.Topics, one)
	id := "raw"
	return kmsg.NewRequestFormatter(kmsg.FormatterClientID(id)).AppendRequest(nil, request, 7)
}

// rawBatch is a batch with one record, of no producer, so that it can be sent again and again.
func rawBatch(size int) []byte {
	payload := newPayloads(size)
	value := payload.take()
	var record []byte
	record = append(record, 0)             // attributes
	record = kbin.AppendVarlong(record, 0) // timestamp delta
	record = kbin.AppendVarint(record, 0)  // offset delta
	record = kbin.AppendVarint(record, -1) // no key
	record = kbin.AppendVarint(record, int32(len(value)))
	record = append(record, value...)
	record = kbin.AppendVarint(record, 0) // no headers
	records := append(kbin.AppendVarint(nil, int32(len(record))), record...)

	now := time.Now().UnixMilli()
	batch := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1,
		Magic:                2,
		FirstTimestamp:       now,
		MaxTimestamp:         now,
		ProducerID:           -1,
		ProducerEpoch:        -1,
		FirstSequence:        -1,
		NumRecords:           1,
		Records:              records,
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// leadersOf is the address of the leader of each partition.
func leadersOf(ctx context.Context, opts options, topic string) (map[int32]string, error) {
	request := kmsg.NewPtrMetadataRequest()
	one := kmsg.NewMetadataRequestTopic()
	one.Topic = &topic
	request.Topics = append(request.Topics, one)
	response, err := ask[*kmsg.MetadataResponse](ctx, opts, request)
	if err != nil {
		return nil, err
	}
	addresses := map[int32]string{}
	for _, broker := range response.Brokers {
		addresses[broker.NodeID] = fmt.Sprintf("%s:%d", broker.Host, broker.Port)
	}
	leaders := map[int32]string{}
	for _, topic := range response.Topics {
		for _, partition := range topic.Partitions {
			leaders[partition.Partition] = addresses[partition.Leader]
		}
	}
	return leaders, nil
}
