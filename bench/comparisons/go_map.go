// All contacts in a map behind net/http: what a compiled language needs for the same answer, without a database.
//
//	go_map PORT CONTACTS, with the account and the secret in the environment.
package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

type answer struct {
	Destination1 *string `json:"destination1"`
	Destination2 *string `json:"destination2"`
	Destination3 *string `json:"destination3"`
	Destination4 *string `json:"destination4"`
}

type contact struct {
	destination1, destination2 string
}

// readContacts reads a CSV file of numbers and two destinations; its first line has the columns' names.
func readContacts(path string) map[string]contact {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	rows := csv.NewReader(file)
	if _, err := rows.Read(); err != nil {
		log.Fatal(err)
	}
	contacts := make(map[string]contact)
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return contacts
		}
		if err != nil {
			log.Fatal(err)
		}
		contacts[row[0]] = contact{row[1], row[2]}
	}
}

func main() {
	contacts := readContacts(os.Args[2])
	account, admitted := os.Getenv("BENCH_ACCOUNT"), "Bearer "+os.Getenv("BENCH_SECRET")
	http.HandleFunc("/api/v1/smartRoutings", func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != admitted || asked.Get("customerAccount") != account {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		number := asked.Get("number")
		if strings.HasPrefix(number, "00") {
			number = "+" + number[2:]
		}
		found, known := contacts[number]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		json.NewEncoder(w).Encode(answer{&found.destination1, &found.destination2, nil, nil})
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
