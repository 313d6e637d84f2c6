// The client as a process: does the jobs of this folder.

import { serveJobs } from '../job-client.ts'
import { JOBS } from './jobs.ts'

serveJobs(JOBS)
