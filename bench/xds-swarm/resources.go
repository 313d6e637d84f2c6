// The resources of one type that a client has.

package main

func (s *typeState) set(id uint32, h uint64) {
	if int(id) >= len(s.have) {
		s.have = append(s.have, make([]uint64, int(id)+1-len(s.have)+1024)...)
	}
	if old := s.have[id]; old != 0 {
		s.digest ^= mix(id, old)
		s.count--
	}
	s.have[id] = h
	s.digest ^= mix(id, h)
	s.count++
}
func (s *typeState) drop(id uint32) {
	if int(id) < len(s.have) && s.have[id] != 0 {
		s.digest ^= mix(id, s.have[id])
		s.have[id] = 0
		s.count--
	}
}
