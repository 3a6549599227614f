	nothing r24,r18
