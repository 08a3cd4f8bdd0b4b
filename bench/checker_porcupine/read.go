package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// A call as the models want it. A call without an answer returns after all others.
type call struct {
	op               string
	key              int
	a, b             int64 // arguments; cas: expected and new
	text             string
	known            bool   // it was answered
	none             bool   // the answer is nil
	number           int64  // the answer: a number or a flag
	answer           string // the answer: a text or a list
	called, returned int64  // positions in the history
}

// What stands after `"name":` in a line that the generator wrote; nil if nothing does.
func field(line []byte, name string) []byte {
	at := bytes.Index(line, []byte(`"`+name+`":`))
	if at < 0 {
		return nil
	}
	rest := line[at+len(name)+3:]
	depth := 0
	for i, c := range rest {
		if c == '[' {
			depth++
		} else if c == ']' {
			depth--
		} else if depth == 0 && (c == ',' || c == '}') {
			return rest[:i]
		}
	}
	return rest
}

func number(text []byte) int64 {
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}

func unquoted(text []byte) string { return string(bytes.Trim(text, `"`)) }

func (c *call) takeArguments(value []byte) {
	switch {
	case len(value) == 0:
	case value[0] == '[':
		pair := bytes.Split(bytes.Trim(value, "[]"), []byte(","))
		c.a, c.b = number(pair[0]), number(pair[1])
	case value[0] == '"':
		c.text = unquoted(value)
	default:
		c.a = number(value)
	}
}

func (c *call) takeAnswer(value []byte) {
	c.known = true
	switch {
	case len(value) == 0:
		c.none = true
	case value[0] == '[':
		c.answer = string(value)
	case value[0] == '"':
		c.answer = unquoted(value)
	case value[0] == 't':
		c.number = 1
	case value[0] == 'f':
	default:
		c.number = number(value)
	}
}

func (c *call) observes() bool {
	return c.op == "read" || c.op == "get" || c.op == "contains"
}

// The calls of a generated history; without those that failed and observers that were not answered.
func read(path string) ([]*call, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 1<<30)
	open := map[int64]*call{}
	names := map[string]string{} // one string an operation
	var all []*call
	position := int64(0)
	for ; lines.Scan(); position++ {
		line := lines.Bytes()
		process := number(field(line, "process"))
		kind := unquoted(field(line, "type"))
		if kind == "invoke" {
			op := unquoted(field(line, "f"))
			if _, seen := names[op]; !seen {
				names[op] = op
			}
			c := &call{op: names[op], key: int(number(field(line, "key"))), called: position}
			c.takeArguments(field(line, "value"))
			open[process] = c
			all = append(all, c)
			continue
		}
		c := open[process]
		if c == nil {
			return nil, fmt.Errorf("line %d ends what was not begun", position+1)
		}
		delete(open, process)
		switch kind {
		case "ok":
			c.returned = position
			c.takeAnswer(field(line, "value"))
		case "fail":
			c.returned = -1
		}
	}
	kept := all[:0]
	for _, c := range all {
		if c.returned < 0 || (!c.known && c.observes()) {
			continue
		}
		if !c.known {
			c.returned = position
		}
		kept = append(kept, c)
	}
	return kept, lines.Err()
}
