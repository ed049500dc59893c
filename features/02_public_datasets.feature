Feature: Public Dataset Supply Chain Security
  As a Data Scientist
  I want to validate public datasets
  So that poisoned datasets are not used

  Scenario: Dataset Source Validation
    Given public dataset is needed
    When dataset source is validated
    Then dataset shall be from trusted source
    And dataset provenance shall be documented
    And dataset integrity (checksums) shall be verified
    And dataset shall be scanned for poisoning
    And untrusted datasets shall be rejected

