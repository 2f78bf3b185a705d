import { Heading } from '../components/heading.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { Said } from '../components/said.tsx'
import { t } from '../texts/index.ts'

/** Plain http on another computer: the browser gives us no cryptography, so there is nothing to be had but this page. */
export const InsecurePage = () => {
  const { insecure } = t()
  return (
    <PageFrame>
      <Heading text={insecure.title} />
      <Said kind="warn">{insecure.text}</Said>
      <p>{insecure.todo}</p>
    </PageFrame>
  )
}
