// In the reader's browser: tables that sort, a choice of the theme, and paper with open tables. The page works without it.
;(() => {
  const collator = new Intl.Collator('en', { numeric: true })

  /** Numbers by value, text with its numbers in order; cells without a value stay at the end. */
  const sort = (table, index, ascending) => {
    const body = table.tBodies[0]
    const keyOf = (row) => {
      const cell = row.cells[index]
      if (cell.dataset.value !== undefined) return Number(cell.dataset.value)
      return cell.classList.contains('number') ? undefined : cell.textContent
    }
    const rows = [...body.rows].map((row) => ({ row, key: keyOf(row) }))
    rows.sort((a, b) => {
      if (a.key === undefined || b.key === undefined) return (a.key === undefined) - (b.key === undefined)
      const order = typeof a.key === 'number' ? a.key - b.key : collator.compare(a.key, b.key)
      return ascending ? order : -order
    })
    body.append(...rows.map(({ row }) => row))
  }

  for (const table of document.querySelectorAll('table.sortable')) {
    if (table.tBodies[0].rows.length < 2) continue
    const heads = [...table.tHead.rows[0].cells]
    heads.forEach((head, index) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.append(...head.childNodes)
      head.append(button)
      button.addEventListener('click', () => {
        // The largest number is what a reader looks for first, and the first name.
        const first = head.classList.contains('number') ? 'descending' : 'ascending'
        const other = first === 'ascending' ? 'descending' : 'ascending'
        const order = head.getAttribute('aria-sort') === first ? other : first
        for (const one of heads) one.removeAttribute('aria-sort')
        head.setAttribute('aria-sort', order)
        sort(table, index, order === 'ascending')
      })
    })
  }

  const themes = ['auto', 'light', 'dark']
  let theme = 0
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'theme'
  const show = () => {
    button.textContent = `Theme: ${themes[theme]}`
    if (theme === 0) delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = themes[theme]
  }
  button.addEventListener('click', () => {
    theme = (theme + 1) % themes.length
    show()
  })
  show()
  document.querySelector('nav').prepend(button)

  // On a phone the contents would push the answer out of sight.
  if (matchMedia('(max-width: 72rem)').matches) document.querySelector('.contents').open = false

  // The contents show which part is being read: the last one that begins above the middle of the screen.
  const links = [...document.querySelectorAll('nav a')]
  const parts = links.map((link) => document.querySelector(link.hash))
  const follow = () => {
    const current = parts.findLastIndex((part) => part.getBoundingClientRect().top < innerHeight / 2)
    links.forEach((link, index) => {
      if (index === current) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    })
  }
  addEventListener('scroll', follow, { passive: true })
  follow()

  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details:not(.screen)')) details.open = true
  })
})()
