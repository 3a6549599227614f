module go-files

go 1.27
