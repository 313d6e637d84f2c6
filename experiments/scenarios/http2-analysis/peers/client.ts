// The client as a process: does the jobs of this folder.

import { serveJobs } from '../../../../testbed/job-client.ts'
import { JOBS } from './jobs.ts'

serveJobs(JOBS)
