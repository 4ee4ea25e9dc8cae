package main

import (
	"math"
	"sync"
	"time"
)

// histogram counts durations in buckets 2 % wide from a microsecond to a minute.
type histogram struct {
	mutex   sync.Mutex
	buckets [1024]int64
	count   int64
	longest time.Duration
}

var logWidth = math.Log(1.02)

func newHistogram() *histogram { return &histogram{} }

func (h *histogram) add(d time.Duration) {
	index := 0
	if d > time.Microsecond {
		index = min(int(math.Log(float64(d)/1e3)/logWidth)+1, len(h.buckets)-1)
	}
	h.mutex.Lock()
	h.buckets[index]++
	h.count++
	h.longest = max(h.longest, d)
	h.mutex.Unlock()
}

func (h *histogram) reset() {
	h.mutex.Lock()
	h.buckets, h.count, h.longest = [1024]int64{}, 0, 0
	h.mutex.Unlock()
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
	h.longest = max(h.longest, other.longest)
}

// quantile is the middle of the bucket that holds it, in milliseconds.
func (h *histogram) quantile(q float64) float64 {
	rank := int64(q * float64(h.count))
	for i, n := range h.buckets {
		if rank -= n; rank < 0 {
			return math.Exp((float64(i)-0.5)*logWidth) / 1e3
		}
	}
	return float64(h.longest) / 1e6
}

func (h *histogram) report(out *result) {
	out.P50Ms, out.P99Ms, out.P999Ms = h.quantile(0.5), h.quantile(0.99), h.quantile(0.999)
	out.MaxMs = float64(h.longest) / 1e6
}
