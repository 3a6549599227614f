// Allocates, in goroutines too, and uses files between. Go's allocator takes what memory.grow gives for what follows the
// memory that it has, so whoever else takes pages of it destroys them.
package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"sync"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// Makes slices with a pattern, and asks for the metadata of a file after each.
func allocate(slices, size int) [][]byte {
	all := make([][]byte, 0, slices)
	for i := 0; i < slices; i++ {
		bytes := make([]byte, size)
		for j := range bytes {
			bytes[j] = byte(i * 7)
		}
		all = append(all, bytes)
		_, err := os.Stat("/made")
		check(err)
	}
	return all
}

func look(all [][]byte) {
	for i, bytes := range all {
		for _, b := range bytes {
			if b != byte(i*7) {
				fmt.Println("slice", i, "was overwritten")
				os.Exit(2)
			}
		}
	}
}

func makeFiles(count int) {
	var group sync.WaitGroup
	for part := 0; part < 10; part++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := part; i < count; i += 10 {
				name := fmt.Sprintf("/made/%d.part", i)
				check(os.WriteFile(name, []byte(name), 0o644))
				check(os.Rename(name, fmt.Sprintf("/made/%d.txt", i)))
			}
		}()
	}
	group.Wait()
}

func makeZip(path string, files int) {
	out, err := os.Create(path)
	check(err)
	archive := zip.NewWriter(out)
	for i := 0; i < files; i++ {
		from, err := os.Open(fmt.Sprintf("/made/%d.txt", i))
		check(err)
		to, err := archive.Create(fmt.Sprintf("%d.txt", i))
		check(err)
		_, err = io.Copy(to, from)
		check(err)
		check(from.Close())
	}
	check(archive.Close())
	check(out.Close())
}

func main() {
	check(os.MkdirAll("/made", 0o755))
	small := allocate(2048, 8192)
	large := allocate(96, 4<<20)
	makeFiles(2000)
	entries, err := os.ReadDir("/made")
	check(err)
	makeZip("/made/kept.zip", 100)
	archive, err := zip.OpenReader("/made/kept.zip")
	check(err)
	look(small)
	look(large)
	fmt.Printf("%d files, 400 MB, a zip of %d\n", len(entries), len(archive.File))
	for i := 0; i < 2000; i++ {
		check(os.Remove(fmt.Sprintf("/made/%d.txt", i)))
	}
}
