package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ticksPerSecond is Linux's USER_HZ, which is 100 on every platform that Go knows.
const ticksPerSecond = 100

// ownCPU is the CPU seconds that this process has used.
func ownCPU() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func seconds(t syscall.Timeval) float64 {
	return float64(t.Sec) + float64(t.Usec)/1e6
}

// processesCPU is the CPU seconds of these processes so far, all their threads together.
func processesCPU(pids []int) float64 {
	var ticks float64
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		// The name in brackets may hold anything: count fields from its end. utime and stime are the 14th and 15th.
		line := string(text)
		fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
		if len(fields) < 13 {
			continue
		}
		for _, field := range fields[11:13] {
			if n, err := strconv.ParseFloat(field, 64); err == nil {
				ticks += n
			}
		}
	}
	return ticks / ticksPerSecond
}
