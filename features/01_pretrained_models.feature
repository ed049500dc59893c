Feature: Pre-Trained Model Supply Chain Validation
  As an ML Engineer
  I want to validate pre-trained models
  So that compromised models are not used

  Scenario: Model Source Validation
    Given pre-trained model is needed
    When model source is validated
    Then model shall be from trusted registry (HuggingFace, TensorFlow Hub, PyTorch Hub)
    And source reputation shall be verified
    And model download count and ratings shall be checked
    And model maintainer shall be verified
    And untrusted sources shall be rejected

  Scenario: Model Integrity Verification
    Given pre-trained model is downloaded
    When integrity is verified
    Then model checksum shall be verified against published hash
    And digital signature shall be verified (if available)
    And model weights shall be scanned for backdoors
    And integrity failure shall reject model

  Scenario: Model License and Usage Validation
    Given pre-trained model has license
    When license is validated
    Then license shall permit intended use
    And license restrictions shall be documented
    And attribution requirements shall be met
    And license compliance shall be verified

