package main

import (
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/anishathalye/porcupine"
)

var seed = maphash.MakeSeed()

func hashText(state interface{}) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(state.(string))
	return h.Sum64()
}

func hashNumber(state interface{}) uint64 {
	return uint64(state.(int64)) * 0x9e3779b97f4a7c15
}

func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	at := map[int]int{}
	var parts [][]porcupine.Operation
	for _, operation := range history {
		key := operation.Input.(*call).key
		part, seen := at[key]
		if !seen {
			part = len(parts)
			at[key] = part
			parts = append(parts, nil)
		}
		parts[part] = append(parts[part], operation)
	}
	return parts
}

// A model whose state is a number: `step` is given the call and the state.
func numbers(step func(c *call, state int64) (bool, int64)) porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() interface{} { return int64(0) },
		Hash:      hashNumber,
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			legal, next := step(input.(*call), state.(int64))
			if next == state.(int64) {
				return legal, state
			}
			return legal, next
		},
	}
}

// A model whose state is a text.
func texts(step func(c *call, state string) (bool, string)) porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() interface{} { return "" },
		Hash:      hashText,
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			return boxed(step(input.(*call), state.(string)))
		},
	}
}

func boxed(legal bool, next string) (bool, interface{}) { return legal, next }

func register(c *call, state int64) (bool, int64) {
	switch c.op {
	case "read":
		return c.number == state, state // nil reads as 0, which is never written
	case "write":
		return true, c.a
	}
	return c.a == state, c.b
}

func counter(c *call, state int64) (bool, int64) {
	if c.op == "add" {
		return true, state + c.a
	}
	return c.number == state, state
}

func set(c *call, state int64) (bool, int64) {
	switch c.op {
	case "contains":
		return c.number == state, state
	case "add":
		return !c.known || c.number != state, 1
	}
	return !c.known || c.number == state, 0
}

func lock(c *call, state int64) (bool, int64) {
	if c.op == "acquire" {
		return state == 0, 1
	}
	return state == 1, 0
}

func kv(c *call, state string) (bool, string) {
	switch c.op {
	case "get":
		return c.answer == state, state
	case "put":
		return true, c.text
	}
	return true, state + c.text
}

// Lists are texts as they stand in the history, without the brackets.
func with(list string, element int64) string {
	text := strconv.FormatInt(element, 10)
	if list == "" {
		return text
	}
	return list + "," + text
}

func listAppend(c *call, state string) (bool, string) {
	if c.op == "append" {
		return true, with(state, c.a)
	}
	return strings.Trim(c.answer, "[]") == state, state
}

func elements(list string) []int64 {
	var all []int64
	for _, text := range strings.Split(list, ",") {
		if text != "" {
			all = append(all, number([]byte(text)))
		}
	}
	return all
}

func joined(list []int64) string {
	var out strings.Builder
	for i, element := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.FormatInt(element, 10))
	}
	return out.String()
}

// In order, each once.
func inserted(list string, element int64, again bool) string {
	all := elements(list)
	at := 0
	for at < len(all) && all[at] < element {
		at++
	}
	if at < len(all) && all[at] == element && !again {
		return list
	}
	all = append(all, 0)
	copy(all[at+1:], all[at:])
	all[at] = element
	return joined(all)
}

func growSet(c *call, state string) (bool, string) {
	if c.op == "add" {
		return true, inserted(state, c.a, false)
	}
	sorted := ""
	for _, element := range elements(strings.Trim(c.answer, "[]")) {
		sorted = inserted(sorted, element, true)
	}
	return sorted == state, state
}

// Removals take the first element ("dequeue") or the last ("pop").
func sequence(c *call, state string) (bool, string) {
	if c.op == "enqueue" || c.op == "push" {
		return true, with(state, c.a)
	}
	if state == "" {
		return !c.known || c.none, state
	}
	taken, left := "", ""
	if c.op == "pop" {
		at := strings.LastIndexByte(state, ',')
		taken, left = state[at+1:], state[:max(at, 0)]
	} else if at := strings.IndexByte(state, ','); at < 0 {
		taken = state
	} else {
		taken, left = state[:at], state[at+1:]
	}
	return !c.known || (!c.none && taken == strconv.FormatInt(c.number, 10)), left
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

// The state is kept in order, so that the first is the one to come out.
func priorityQueue(c *call, state string) (bool, string) {
	if c.op == "insert" {
		return true, inserted(state, c.a, true)
	}
	return sequence(c, state)
}

// An unanswered removal takes an unknown one: a set of states.
func unorderedQueue() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Partition: byKey,
		Init:      func() []interface{} { return []interface{}{""} },
		Hash:      hashText,
		Step: func(state, input, _ interface{}) []interface{} {
			c := input.(*call)
			if c.op == "enqueue" {
				return []interface{}{inserted(state.(string), c.a, true)}
			}
			all := elements(state.(string))
			if len(all) == 0 && (!c.known || c.none) {
				return []interface{}{state}
			}
			var next []interface{}
			for i, element := range all {
				if c.known && (c.none || element != c.number) {
					continue
				}
				left := append(append([]int64{}, all[:i]...), all[i+1:]...)
				next = append(next, joined(left))
			}
			return next
		},
	}
	return model.ToModel()
}

func models() map[string]porcupine.Model {
	return map[string]porcupine.Model{
		"register": numbers(register), "cas-register": numbers(register),
		"counter": numbers(counter), "set": numbers(set), "lock": numbers(lock),
		"kv": texts(kv), "list-append": texts(listAppend), "gset": texts(growSet),
		"queue": texts(sequence), "stack": texts(sequence),
		"priority-queue": texts(priorityQueue), "unordered-queue": unorderedQueue(),
	}
}
