package main

import (
	"embed"
	"slices"
	"strings"
)

// The topics of help are the pages of the README that it has no room for: one
// source for the web, the terminal and man pages.
//
//go:embed topics
var topicFiles embed.FS

// topic is a page of help that is about no single command.
type topic struct {
	name  string // as in help NAME
	short string // what it is about, in a line
	page  []byte // Markdown; its title is "NAME: SHORT"
}

// topics returns all topics, by name.
func topics() []topic {
	files, err := topicFiles.ReadDir("topics")
	if err != nil {
		panic(err) // the pages are part of the program
	}
	var all []topic
	for _, file := range files {
		page, err := topicFiles.ReadFile("topics/" + file.Name())
		if err != nil {
			panic(err)
		}
		title, _, _ := strings.Cut(string(page), "\n")
		_, short, _ := strings.Cut(title, ": ")
		all = append(all, topic{strings.TrimSuffix(file.Name(), ".md"), short, page})
	}
	return all
}

// findTopic returns the topic of a name.
func findTopic(name string) (topic, bool) {
	all := topics()
	i := slices.IndexFunc(all, func(t topic) bool { return t.name == strings.ToLower(name) })
	if i < 0 {
		return topic{}, false
	}
	return all[i], true
}
