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
	var used float64
	for _, pid := range pids {
		used += statCPU("/proc/" + strconv.Itoa(pid) + "/stat")
	}
	return used
}

// threadsCPU is the CPU seconds of every thread of these processes so far: a server with one busy thread is at its limit
// long before the cores are.
func threadsCPU(pids []int) map[int]float64 {
	used := make(map[int]float64)
	for _, pid := range pids {
		tasks := "/proc/" + strconv.Itoa(pid) + "/task"
		entries, err := os.ReadDir(tasks)
		if err != nil {
			continue // the process has ended
		}
		for _, entry := range entries {
			if thread, err := strconv.Atoi(entry.Name()); err == nil {
				used[thread] = statCPU(tasks + "/" + entry.Name() + "/stat")
			}
		}
	}
	return used
}

// statCPU reads the CPU seconds in a stat file of /proc; one that has gone is worth nothing.
func statCPU(path string) float64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	// The name in brackets may hold anything: count fields from its end. utime and stime are the 14th and 15th.
	line := string(text)
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	var ticks float64
	for _, field := range fields[11:13] {
		if n, err := strconv.ParseFloat(field, 64); err == nil {
			ticks += n
		}
	}
	return ticks / ticksPerSecond
}
